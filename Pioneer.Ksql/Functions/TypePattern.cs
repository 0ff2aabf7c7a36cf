using System.Collections.Immutable;
using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Functions;

/// <summary>A parameter's or a result's type in a signature: concrete, or with type variables (T, K, V, R, S).</summary>
internal abstract record TypePattern
{
    /// <summary>One concrete type.</summary>
    public sealed record Exact(SqlType Type) : TypePattern
    {
        public override string ToString() => Type.BaseType == SqlBaseType.Integer ? "INT" : Type.ToString();
    }

    /// <summary>A type variable.</summary>
    public sealed record Variable(string Name) : TypePattern
    {
        public override string ToString() => Name;
    }

    /// <summary>A DECIMAL of any precision and scale.</summary>
    public sealed record AnyDecimal : TypePattern
    {
        public override string ToString() => "DECIMAL";
    }

    /// <summary>Any type at all, each argument its own.</summary>
    public sealed record Anything : TypePattern
    {
        public override string ToString() => "OBJECT";
    }

    /// <summary>An interval unit.</summary>
    public sealed record Interval : TypePattern
    {
        public override string ToString() => "INTERVALUNIT";
    }

    /// <summary>ARRAY of a pattern.</summary>
    public sealed record ArrayOf(TypePattern Element) : TypePattern
    {
        public override string ToString() => $"ARRAY<{Element}>";
    }

    /// <summary>MAP of patterns.</summary>
    public sealed record MapOf(TypePattern Key, TypePattern Value) : TypePattern
    {
        public override string ToString() => $"MAP<{Key}, {Value}>";
    }

    /// <summary>A lambda from patterns to a pattern.</summary>
    public sealed record LambdaOf(ImmutableArray<TypePattern> Parameters, TypePattern Result) : TypePattern
    {
        public override string ToString() => $"LAMBDA ({string.Join(", ", Parameters)}) => {Result}";
    }
}
