using System.Collections.Immutable;
using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>One JOIN as written: two sources, the expressions over each that must be equal, which rows without a match are kept.</summary>
/// <param name="IsFlipped">The condition was written the other way round.</param>
internal sealed record JoinInfo(
    JoinClause Clause,
    AnalyzedSource Left,
    Expression LeftKey,
    AnalyzedSource Right,
    Expression RightKey,
    bool IsFlipped)
{
    /// <summary>The same with the sides of its condition exchanged.</summary>
    public JoinInfo Flip() => this with { Left = Right, LeftKey = RightKey, Right = Left, RightKey = LeftKey, IsFlipped = !IsFlipped };

    /// <summary>The condition as written.</summary>
    public string Condition => IsFlipped
        ? $"{ExpressionText.Of(RightKey)} = {ExpressionText.Of(LeftKey)}"
        : $"{ExpressionText.Of(LeftKey)} = {ExpressionText.Of(RightKey)}";
}

/// <summary>Sources joined one after the other: what is joined so far is on the left.</summary>
internal abstract record JoinTree
{
    /// <summary>Whether a source is in the tree.</summary>
    public abstract bool Has(AnalyzedSource source);

    /// <summary>Expressions that all have the value of the result's key.</summary>
    public abstract ImmutableHashSet<Expression> Equivalent { get; }

    /// <summary>The columns among <see cref="Equivalent"/>, in the order of the text: the key is called after one of them.</summary>
    public abstract ImmutableArray<ColumnReference> KeyColumns { get; }

    /// <summary>Builds the tree; null where a join has nothing to do with those before it.</summary>
    public static JoinTree? Build(IReadOnlyList<JoinInfo> joins, out JoinInfo? misplaced)
    {
        JoinTree root = new Leaf(joins[0].Left);
        misplaced = null;
        foreach (var join in joins)
        {
            if (root.Has(join.Left) && !root.Has(join.Right))
            {
                root = new Join(root, new Leaf(join.Right), join);
            }
            else if (root.Has(join.Right) && !root.Has(join.Left))
            {
                root = new Join(root, new Leaf(join.Left), join.Flip());
            }
            else
            {
                misplaced = join;
                return null;
            }
        }

        return root;
    }

    /// <summary>One source.</summary>
    public sealed record Leaf(AnalyzedSource Source) : JoinTree
    {
        public override ImmutableHashSet<Expression> Equivalent => [];

        public override ImmutableArray<ColumnReference> KeyColumns => [];

        public override bool Has(AnalyzedSource source) => Source.Alias == source.Alias;
    }

    /// <summary>Two trees.</summary>
    public sealed record Join(JoinTree Left, JoinTree Right, JoinInfo Info) : JoinTree
    {
        // The key of a FULL join equals neither side: each may be missing.
        public override ImmutableHashSet<Expression> Equivalent
        {
            get
            {
                if (Info.Clause.Kind == JoinKind.Full)
                {
                    return [];
                }

                ImmutableHashSet<Expression> keys = [Info.LeftKey, Info.RightKey];
                var (left, right) = (Left.Equivalent, Right.Equivalent);
                return keys
                    .Union(left.Overlaps(keys) ? left : [])
                    .Union(right.Overlaps(keys) ? right : []);
            }
        }

        public override ImmutableArray<ColumnReference> KeyColumns
        {
            get
            {
                if (Info.Clause.Kind == JoinKind.Full)
                {
                    return [];
                }

                var equivalent = Equivalent;
                Expression[] candidates = [.. Left.KeyColumns, Info.LeftKey, .. Right.KeyColumns, Info.RightKey];
                return [.. candidates.OfType<ColumnReference>().Distinct().Where(equivalent.Contains)];
            }
        }

        public override bool Has(AnalyzedSource source) => Left.Has(source) || Right.Has(source);
    }
}
