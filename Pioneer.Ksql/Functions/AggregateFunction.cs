using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>
/// The code of an aggregate at one call site. A state is a value of <see cref="State"/>, so that it can be stored; states are never
/// changed in place.
/// </summary>
/// <param name="State">The type of what is kept for a group.</param>
/// <param name="Initial">The state of a group without rows.</param>
/// <param name="Add">The state after a row: the arguments that are columns, and the state before.</param>
/// <param name="Merge">The state of two groups made one (sessions that meet).</param>
public sealed record AggregateBody(
    SqlType State,
    Func<object?> Initial,
    Func<object?[], object?, object?> Add,
    Func<object?, object?, object?> Merge)
{
    /// <summary>The result for a state; null where the state is the result.</summary>
    public Func<object?, object?>? Result { get; init; }

    /// <summary>The state without a row that was added before; null where the aggregate cannot be taken over a table.</summary>
    public Func<object?[], object?, object?>? Undo { get; init; }
}

/// <summary>What the implementation of an aggregate may know of its call site.</summary>
/// <param name="ParameterTypes">The types of all arguments, those that are constants included.</param>
/// <param name="ReturnType">The type of the result.</param>
/// <param name="Constants">The values of the arguments that are constants, in order.</param>
/// <param name="Limits">Bounds that settings put on aggregates.</param>
public sealed record AggregateBinding(
    ImmutableArray<SqlType?> ParameterTypes,
    SqlType ReturnType,
    ImmutableArray<object?> Constants,
    AggregateLimits Limits);

/// <summary>Bounds that settings put on aggregates which keep many values; further values are dropped.</summary>
/// <param name="CollectList">Elements of COLLECT_LIST (<c>ksql.functions.collect_list.limit</c>).</param>
/// <param name="CollectSet">Elements of COLLECT_SET (<c>ksql.functions.collect_set.limit</c>).</param>
public sealed record AggregateLimits(int CollectList = int.MaxValue, int CollectSet = int.MaxValue)
{
    /// <summary>No bounds.</summary>
    public static AggregateLimits None { get; } = new();
}

/// <summary>An aggregate with an overload chosen for a call.</summary>
public sealed class AggregateFunction
{
    private readonly Func<AggregateBinding, AggregateBody> _implementation;

    internal AggregateFunction(FunctionInfo info, OverloadResult overload, ImmutableArray<object?> constants)
    {
        Info = info;
        Signature = overload.Overload!.Signature;
        ParameterTypes = overload.ParameterTypes;
        ReturnType = overload.Type!;
        Constants = constants;
        _implementation = overload.Overload.Aggregate!;
    }

    /// <summary>The function this is an overload of.</summary>
    public FunctionInfo Info { get; }

    /// <summary>The overload chosen.</summary>
    public FunctionSignature Signature { get; }

    /// <summary>The types of all arguments, those that are constants included.</summary>
    public ImmutableArray<SqlType?> ParameterTypes { get; }

    /// <summary>The type of the result.</summary>
    public SqlType ReturnType { get; }

    /// <summary>The values of the arguments that are constants.</summary>
    public ImmutableArray<object?> Constants { get; }

    /// <summary>The code.</summary>
    public AggregateBody Bind(AggregateLimits limits) =>
        _implementation(new AggregateBinding(ParameterTypes, ReturnType, Constants, limits));
}
