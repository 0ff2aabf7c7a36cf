using System.Collections.Immutable;
using Pioneer.Domain.Provisioning;

namespace Pioneer.Domain.Ingestion;

/// <summary>The columns of a feed as its ksql stream declares them: key first, the tenant column left out, names upper-cased.</summary>
public static class FeedSchema
{
    public static ImmutableArray<KsqlColumnSpec> Columns(Feed feed)
    {
        var key = feed.KeyColumns[0];
        return
        [
            .. feed.Columns.Where(column => Same(column.Name, key)).Select(column => Declared(column, isKey: true)),
            .. feed.Columns.Where(column => !Same(column.Name, key) && !Same(column.Name, feed.TenantColumn)).Select(column => Declared(column, isKey: false)),
        ];
    }

    private static KsqlColumnSpec Declared(FeedColumn column, bool isKey) => new(column.Name.ToUpperInvariant(), column.Type, isKey);

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
