using Pioneer.Domain.Ingestion;

namespace Pioneer.Portal.Features.Ingestion;

/// <summary>Sources and feeds in the words of a page.</summary>
public static class IngestionWords
{
    public static string Word(this FeedKind kind) => kind == FeedKind.Event ? "real time" : "batch";

    public static string Word(this SourceKind kind) => kind switch
    {
        SourceKind.PostgreSql => "PostgreSQL",
        _ => "SQLite",
    };
}
