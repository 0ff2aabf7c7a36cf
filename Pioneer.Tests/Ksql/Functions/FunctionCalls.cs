using Pioneer.Ksql.Functions;
using Pioneer.Ksql.Types;

namespace Pioneer.Tests.Ksql.Functions;

/// <summary>Calls catalogue functions with values whose types follow from their CLR types.</summary>
internal static class FunctionCalls
{
    public static object? Call(string name, params object?[] arguments) => Call(FunctionServices.System, name, arguments);

    public static object? Call(FunctionServices services, string name, params object?[] arguments)
    {
        var info = FunctionCatalogue.Default.Find(name) ?? throw new InvalidOperationException($"no function {name}");
        var function = info.Resolve(arguments.Select(TypeOf)) ?? throw new InvalidOperationException($"{name} does not take these arguments");
        var cast = arguments.Select((a, i) => Widen(a, function.ParameterTypes[i])).ToArray();
        return function.Bind(services)(cast);
    }

    public static SqlType? TypeOf(object? value) => value switch
    {
        null => null,
        bool => SqlType.Boolean,
        int => SqlType.Integer,
        long => SqlType.Bigint,
        double => SqlType.Double,
        string => SqlType.String,
        byte[] => SqlType.Bytes,
        BigDecimal d => SqlType.Decimal(Math.Max(d.Precision, d.Scale), d.Scale),
        object?[] items => SqlType.Array(TypeOf(items.First(x => x is not null))!),
        Dictionary<object, object?> map => SqlType.Map(SqlType.String, TypeOf(map.Values.First(x => x is not null))!),
        _ => throw new ArgumentException($"no SQL type for {value.GetType().Name}", nameof(value)),
    };

    private static object? Widen(object? value, SqlType? to) => (value, to?.BaseType) switch
    {
        (int i, SqlBaseType.Bigint) => (long)i,
        (int i, SqlBaseType.Double) => (double)i,
        (long l, SqlBaseType.Double) => (double)l,
        (BigDecimal d, SqlBaseType.Double) => d.ToDouble(),
        _ => value,
    };
}
