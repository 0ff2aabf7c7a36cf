using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Ingestion;

/// <summary>The columns of a feed as its ksql stream declares them: the key's first, in the key's order, the tenant column left out.</summary>
public static class FeedSchema
{
    public static ImmutableArray<KsqlColumnSpec> Columns(Feed feed) =>
    [
        .. feed.KeyColumns.SelectMany(key => feed.Columns.Where(column => Same(column.Name, key))).Select(column => Declared(column, isKey: true)),
        .. feed.Columns.Where(column => !feed.KeyColumns.Any(key => Same(column.Name, key)) && !Same(column.Name, feed.TenantColumn))
            .Select(column => Declared(column, isKey: false)),
    ];

    /// <summary>What the columns of the key are called in records, in the key's order.</summary>
    public static ImmutableArray<string> KeyNames(Feed feed) => [.. Columns(feed).Where(column => column.IsKey).Select(column => column.Name)];

    private static KsqlColumnSpec Declared(FeedColumn column, bool isKey) => new(column.RecordName, column.Type, isKey);

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
