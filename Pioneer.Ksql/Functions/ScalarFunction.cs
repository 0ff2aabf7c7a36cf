using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>Evaluates a function over arguments already cast to the parameter types.</summary>
public delegate object? ScalarBody(object?[] arguments);

/// <summary>
/// A scalar function with an overload chosen for a call. <see cref="ParameterTypes"/> says what each argument must be cast to
/// (null: leave it, it is an interval unit, a lambda or an untyped NULL).
/// </summary>
public sealed class ScalarFunction
{
    private readonly Func<FunctionBinding, ScalarBody> _implementation;

    internal ScalarFunction(
        FunctionInfo info,
        FunctionSignature signature,
        ImmutableArray<SqlType?> parameterTypes,
        SqlType returnType,
        Func<FunctionBinding, ScalarBody> implementation)
    {
        Info = info;
        Signature = signature;
        ParameterTypes = parameterTypes;
        ReturnType = returnType;
        _implementation = implementation;
    }

    /// <summary>The function this is an overload of.</summary>
    public FunctionInfo Info { get; }

    /// <summary>The overload chosen.</summary>
    public FunctionSignature Signature { get; }

    /// <summary>The type each argument is cast to.</summary>
    public ImmutableArray<SqlType?> ParameterTypes { get; }

    /// <summary>The type of the result.</summary>
    public SqlType ReturnType { get; }

    /// <summary>Makes the code of one call site. It is not safe for concurrent use: it may keep caches between rows.</summary>
    public ScalarBody Bind(FunctionServices services) => _implementation(new FunctionBinding(ParameterTypes, ReturnType, services));
}

/// <summary>What an implementation may know of its call site.</summary>
/// <param name="ParameterTypes">The types of the arguments; null for intervals, lambdas and an untyped NULL.</param>
/// <param name="ReturnType">The type of the result.</param>
/// <param name="Services">Clock and randomness.</param>
public sealed record FunctionBinding(ImmutableArray<SqlType?> ParameterTypes, SqlType ReturnType, FunctionServices Services);
