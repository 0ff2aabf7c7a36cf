using Pioneer.Ksql.Types;

namespace Pioneer.Ksql.Evaluation;

/// <summary>Conversions of single values for whoever moves rows between schemas.</summary>
public static class SqlValueCast
{
    /// <summary>The conversion of values that are not NULL; it throws where a value does not fit.</summary>
    /// <exception cref="ArgumentException">There is no such CAST (see <see cref="SqlTypeCoercion.CanCast"/>).</exception>
    public static Func<object, object?> For(SqlType from, SqlType to) => SqlTypeCoercion.CanCast(from, to)
        ? Casts.For(from, to)
        : throw new ArgumentException($"Cast of {from} to {to} is not supported", nameof(to));
}
