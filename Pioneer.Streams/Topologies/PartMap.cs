using Pioneer.Ksql.Planning;

namespace Pioneer.Streams.Topologies;

/// <summary>
/// Which part of a topology a step belongs to. A part is what one task does: its steps meet without a topic between them. Parts begin
/// where rows go to other partitions; both sides of a join are in one.
/// </summary>
internal sealed class PartMap
{
    private readonly Dictionary<PlanNode, int> _parts = new(ReferenceEqualityComparer.Instance);
    private readonly List<int> _sameAs = [];

    public PartMap(PlanNode root) => Assign(root);

    /// <summary>How many parts there are.</summary>
    public int Count => Numbers().Distinct().Count();

    /// <summary>The part of a step, from 0.</summary>
    public int this[PlanNode node] => Numbers()[_parts[node]];

    /// <summary>Whether rows of an input of a step come through a topic.</summary>
    public static bool IsBoundary(PlanNode node, PlanNode input) => node switch
    {
        AggregateNode aggregate => aggregate.NeedsRepartition,
        JoinNode => input is RepartitionNode,
        _ => false,
    };

    private int Assign(PlanNode node)
    {
        var part = node switch
        {
            ScanNode => New(),
            ForeignKeyJoinNode join => AssignForeignKey(join),
            JoinNode join => Same(Side(join, join.Left), Side(join, join.Right)),
            _ => Side(node, node.Inputs[0]),
        };
        _parts[node] = part;
        return part;
    }

    // The table that is referred to is in a part of its own.
    private int AssignForeignKey(ForeignKeyJoinNode join)
    {
        Assign(join.Right);
        return Assign(join.Left);
    }

    private int Side(PlanNode node, PlanNode input)
    {
        var part = Assign(input);
        return IsBoundary(node, input) ? New() : part;
    }

    private int New()
    {
        _sameAs.Add(_sameAs.Count);
        return _sameAs.Count - 1;
    }

    private int Same(int left, int right)
    {
        _sameAs[Root(right)] = Root(left);
        return left;
    }

    private int Root(int part) => _sameAs[part] == part ? part : Root(_sameAs[part]);

    // Parts in the order in which they were found, numbered without gaps.
    private int[] Numbers()
    {
        var roots = Enumerable.Range(0, _sameAs.Count).Select(Root).ToArray();
        var order = roots.Distinct().ToList();
        return [.. roots.Select(r => order.IndexOf(r))];
    }
}
