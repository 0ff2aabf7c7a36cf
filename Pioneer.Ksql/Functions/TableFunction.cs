using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>Evaluates a table function over arguments: one value a row.</summary>
public delegate IReadOnlyList<object?> TableBody(object?[] arguments);

/// <summary>A table function with an overload chosen for a call.</summary>
public sealed class TableFunction
{
    private readonly Func<FunctionBinding, TableBody> _implementation;

    internal TableFunction(FunctionInfo info, OverloadResult overload)
    {
        Info = info;
        ParameterTypes = overload.ParameterTypes;
        ReturnType = overload.Type!;
        _implementation = overload.Overload!.Table!;
    }

    /// <summary>The function this is an overload of.</summary>
    public FunctionInfo Info { get; }

    /// <summary>The types of the arguments.</summary>
    public ImmutableArray<SqlType?> ParameterTypes { get; }

    /// <summary>The type of the value of each row.</summary>
    public SqlType ReturnType { get; }

    /// <summary>The code.</summary>
    public TableBody Bind(FunctionServices services) => _implementation(new FunctionBinding(ParameterTypes, ReturnType, services));
}
