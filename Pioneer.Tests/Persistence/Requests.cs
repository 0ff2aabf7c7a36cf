using Pioneer.Domain.Ingestion;

namespace Pioneer.Tests.Persistence;

/// <summary>Good requests to start from.</summary>
public static class Requests
{
    public static FeedRequest Feed(string name, FeedKind kind) => new(
        name, "bank", name, kind,
        [
            new("id", "bigint", "BIGINT", false), new("tenant_id", "text", "STRING", false), new("amount", "numeric(18,2)", "DECIMAL(18, 2)", true),
            new("updated_at", "timestamp", "TIMESTAMP", false),
        ],
        ["id"], "updated_at", "id", "tenant_id");
}
