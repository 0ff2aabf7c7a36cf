using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Pioneer.Ksql.Functions;

/// <summary>All functions by name. Names are looked up in any case.</summary>
public sealed class FunctionCatalogue
{
    private readonly FrozenDictionary<string, FunctionInfo> _byName;

    private FunctionCatalogue(IEnumerable<FunctionInfo> functions)
    {
        All = [.. functions.OrderBy(f => f.Name, StringComparer.Ordinal)];
        _byName = All.ToFrozenDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>ksqlDB's built-in functions.</summary>
    public static FunctionCatalogue Default { get; } = new(
    [
        .. StringFunctions.All, .. MaskFunctions.All, .. RegexFunctions.All, .. BytesFunctions.All, .. MathFunctions.All,
        .. DateTimeFunctions.All, .. ConditionalFunctions.All, .. JsonFunctions.All, .. ArrayFunctions.All, .. MapFunctions.All,
        .. LambdaFunctions.All, .. UrlFunctions.All, .. AggregateFunctions.All, .. TableFunctions.All,
    ]);

    /// <summary>All functions by name.</summary>
    public ImmutableArray<FunctionInfo> All { get; }

    /// <summary>These functions and more.</summary>
    public FunctionCatalogue With(IEnumerable<FunctionInfo> more) => new(All.Concat(more));

    /// <summary>The function of this name in any case, or null.</summary>
    public FunctionInfo? Find(string name) => _byName.GetValueOrDefault(name);
}
