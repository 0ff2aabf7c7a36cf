namespace Pioneer.Kafka.Protocol;

public static partial class ApiCatalogue
{
    private static readonly ApiVersionRange[] Described = Describe();
    private static readonly ApiVersionRange?[] ByKey = Index();

    /// <summary>All served APIs in the order of their keys.</summary>
    public static IReadOnlyList<ApiVersionRange> All => Described;

    /// <summary>The versions of an API; null when it is not served at all.</summary>
    public static ApiVersionRange? Find(short key) => key >= 0 && key < ByKey.Length ? ByKey[key] : null;

    private static ApiVersionRange?[] Index()
    {
        var index = new ApiVersionRange?[Described.Max(range => (short)range.Key) + 1];
        foreach (var range in Described)
        {
            index[(short)range.Key] = range;
        }

        return index;
    }
}
