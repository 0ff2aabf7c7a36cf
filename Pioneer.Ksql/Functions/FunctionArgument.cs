using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>What stands in an argument position of a call, as far as overload resolution wants to know.</summary>
public abstract record FunctionArgument
{
    private FunctionArgument()
    {
    }

    /// <summary>The untyped NULL literal.</summary>
    public static FunctionArgument Null { get; } = new NullArgument();

    /// <summary>A bare interval unit such as DAYS.</summary>
    public static FunctionArgument IntervalUnit { get; } = new IntervalUnitArgument();

    /// <summary>An expression of a known type; null means the NULL literal.</summary>
    public static FunctionArgument Of(SqlType? type) => type is null ? Null : new Typed(type);

    /// <summary>An expression of a known type.</summary>
    public sealed record Typed(SqlType Type) : FunctionArgument;

    /// <summary>The untyped NULL literal.</summary>
    public sealed record NullArgument : FunctionArgument;

    /// <summary>A bare interval unit; at run time a string such as DAYS.</summary>
    public sealed record IntervalUnitArgument : FunctionArgument;

    /// <summary>
    /// A lambda. <paramref name="ReturnType"/> analyses the body once the types of its parameters are known and gives the body's
    /// type, or null when the body is wrong. At run time a delegate from an array of objects to an object.
    /// </summary>
    public sealed record Lambda(int ParameterCount, Func<ImmutableArray<SqlType>, SqlType?> ReturnType) : FunctionArgument;
}
