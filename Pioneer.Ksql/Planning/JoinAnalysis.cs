using Pioneer.Ksql.Analysis;
using Pioneer.Ksql.Syntax;

namespace Pioneer.Ksql.Planning;

/// <summary>Reads the conditions of JOINs: an equality of an expression over one source and an expression over another.</summary>
internal sealed class JoinAnalysis(PlanningContext context)
{
    private DiagnosticBag Diagnostics => context.Diagnostics;

    private QuerySources Sources => context.Sources;

    /// <summary>The joins in the order of the text; null where one is wrong.</summary>
    public IReadOnlyList<JoinInfo>? Run()
    {
        List<JoinInfo> joins = [];
        List<AnalyzedSource> seen = [Sources.All[0]];
        for (var i = 0; i < context.Query.From.Joins.Count; i++)
        {
            var source = Sources.All[i + 1];
            if (!CheckOccurrence(context.Query.From.Joins[i], source, seen))
            {
                return null;
            }

            seen.Add(source);
            if (Read(context.Query.From.Joins[i], source) is not { } join)
            {
                return null;
            }

            joins.Add(join);
        }

        return joins;
    }

    private bool CheckOccurrence(JoinClause clause, AnalyzedSource source, List<AnalyzedSource> seen)
    {
        var name = source.Relation.Name;
        if (!seen.Any(s => s.Relation.Name == name))
        {
            return true;
        }

        var message = seen.Count > 1
            ? $"N-way joins do not support multiple occurrences of the same source. Source: '{name}'."
            : $"Can not join '{name}' to '{name}': self joins are not yet supported.";
        Diagnostics.Error("SourceJoinedTwice", clause.Source.Span, message, "Make a copy with CREATE STREAM AS SELECT and join that.");
        return false;
    }

    private JoinInfo? Read(JoinClause clause, AnalyzedSource source)
    {
        if (clause.Criteria is not ComparisonExpression comparison)
        {
            return Fail(clause, clause.Criteria is LogicalExpression { Operands: var operands } && operands.All(IsEquality)
                ? $"Invalid join condition: joins on multiple conditions are not yet supported. Got {ExpressionText.Of(clause.Criteria)}."
                : $"Unsupported join expression: {ExpressionText.Of(clause.Criteria)}");
        }

        if (!IsEquality(comparison))
        {
            return Fail(clause, "Only equality join criteria is supported.");
        }

        var validator = new ColumnValidator(Sources, hasWindowBounds: false, mayBeSynthetic: false, Diagnostics);
        if (!validator.Check(comparison.Left, "JOIN ON") | !validator.Check(comparison.Right, "JOIN ON"))
        {
            return null;
        }

        return SideOf(comparison.Left, comparison) is { } left && SideOf(comparison.Right, comparison) is { } right
            ? Check(clause, source, new JoinInfo(clause, left, comparison.Left, right, comparison.Right, IsFlipped: false))
            : null;
    }

    private static bool IsEquality(Expression expression) => expression is ComparisonExpression { Operator: ComparisonOperator.Equal };

    private AnalyzedSource? SideOf(Expression expression, ComparisonExpression comparison)
    {
        var aliases = ColumnValidator.SourcesIn(expression);
        if (aliases.Count == 1)
        {
            return Sources.Find(aliases.Single());
        }

        Diagnostics.Error(
            "JoinSideUnclear",
            expression.Span,
            $"Invalid comparison expression '{ExpressionText.Of(expression)}' in join '{ExpressionText.Of(comparison)}'. "
                + "Each side of the join comparision must contain references from exactly one source.");
        return null;
    }

    private JoinInfo? Check(JoinClause clause, AnalyzedSource source, JoinInfo join)
    {
        var (left, right) = (join.Left, join.Right);
        if (left.Alias == right.Alias)
        {
            return Fail(clause, "Each side of the join must reference exactly one source and not the same source. "
                + $"Left side references {Identifiers(left)} and right references {Identifiers(right)}");
        }

        if (WindowProblem(left, right) is { } problem)
        {
            return Fail(clause, problem.Short, problem.Full);
        }

        if (source.Alias != left.Alias && source.Alias != right.Alias)
        {
            return Fail(clause, $"A join criteria is expected to reference the source ({Identifiers(source)}) in the FROM clause, "
                + $"instead the right source references {Identifiers(right)} and the left source references {Identifiers(left)}");
        }

        return right.Alias == Sources.All[0].Alias ? join.Flip() : join;
    }

    private static (string Short, string Full)? WindowProblem(AnalyzedSource left, AnalyzedSource right)
    {
        var (l, r) = (left.Relation.Window, right.Relation.Window);
        if (l is null != r is null)
        {
            const string Short = "Can not join windowed source to non-windowed source.";
            return (
                Short,
                $"{Short}\n{Identifiers(left)} is {l?.Name ?? "not"} windowed\n{Identifiers(right)} is {r?.Name ?? "not"} windowed");
        }

        if (l is null || l.Kind == WindowKind.Session == (r!.Kind == WindowKind.Session))
        {
            return null;
        }

        return ("Incompatible windowed sources.", $"""
            Incompatible windowed sources.
            Left source: {l.Name}
            Right source: {r.Name}
            Session windowed sources can only be joined to other session windowed sources, and may still not result in expected behaviour
            """.ReplaceLineEndings("\n")
            + " as session bounds must be an exact match for the join to work\n"
            + "Hopping and tumbling windowed sources can only be joined to other hopping and tumbling windowed sources");
    }

    private static string Identifiers(AnalyzedSource source) => Types.Identifiers.Quote(source.Alias);

    private JoinInfo? Fail(JoinClause clause, string message, string? fullText = null)
    {
        Diagnostics.Error("InvalidJoin", clause.Criteria.Span, message, null, fullText);
        return null;
    }
}
