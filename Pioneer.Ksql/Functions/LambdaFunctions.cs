using static Pioneer.Ksql.Functions.FunctionBuilder;

namespace Pioneer.Ksql.Functions;

/// <summary>Functions that take lambdas; at run time those are <see cref="ScalarBody"/> delegates.</summary>
internal static class LambdaFunctions
{
    private const string Family = "LAMBDA";

    public static IEnumerable<FunctionInfo> All =>
    [
        Scalar("TRANSFORM", Family, "Applies a lambda to each element of an array, or two lambdas to the keys and values of a map.")
            .On("(ARRAY<T> array, LAMBDA(T) => R function) -> ARRAY<R>", a => Items(a[0]).Select(x => Call(a[1], x)).ToArray())
            .On("(MAP<K, V> map, LAMBDA(K, V) => R biFunction1, LAMBDA(K, V) => T biFunction2) -> MAP<R, T>", Transform),
        Scalar("FILTER", Family, "The elements of an array, or the entries of a map, for which a lambda is true.")
            .On("(ARRAY<T> array, LAMBDA(T) => BOOLEAN function) -> ARRAY<T>", a => Items(a[0]).Where(x => (bool)Call(a[1], x)!).ToArray())
            .On("(MAP<K, V> map, LAMBDA(K, V) => BOOLEAN biFunction) -> MAP<K, V>", a => Map(a[0]).Where(e => (bool)Call(a[1], e.Key, e.Value)!).ToDictionary()),
        Scalar("REDUCE", Family, "Folds the elements of an array, or the entries of a map, from an initial state.")
            .OnNulls("(ARRAY<T> list, S initialState, LAMBDA(S, T) => S biFunction) -> S", a => a[0] is null || a[1] is null
                ? a[1] : Items(a[0]).Aggregate(a[1], (state, x) => Call(a[2], state, x)))
            .OnNulls("(MAP<K, V> map, S initialState, LAMBDA(S, K, V) => S triFunction) -> S", a => a[0] is null || a[1] is null
                ? a[1] : Map(a[0]).Aggregate(a[1], (state, e) => Call(a[2], state, e.Key, e.Value))),
    ];

    private static object?[] Items(object? value) => (object?[])value!;

    private static Dictionary<object, object?> Map(object? value) => (Dictionary<object, object?>)value!;

    private static object? Call(object? lambda, params object?[] arguments) => ((ScalarBody)lambda!)(arguments);

    private static Dictionary<object, object?> Transform(object?[] a)
    {
        var result = new Dictionary<object, object?>();
        foreach (var (key, value) in Map(a[0]))
        {
            var newKey = Call(a[1], key, value) ?? throw new ArgumentException("TRANSFORM: a key became NULL");
            if (!result.TryAdd(newKey, Call(a[2], key, value)))
            {
                throw new ArgumentException($"TRANSFORM: duplicate key {newKey}");
            }
        }

        return result;
    }
}
