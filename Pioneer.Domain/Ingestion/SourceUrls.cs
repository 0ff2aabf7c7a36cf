using Pioneer.Sources;

namespace Pioneer.Domain.Ingestion;

/// <summary>Addresses of sources in JDBC form, as the one parser reads them that connectors and the portal's own looks share.</summary>
public static class SourceUrls
{
    public static string Scheme(SourceKind kind) => kind switch
    {
        SourceKind.Sqlite => "jdbc:sqlite:",
        SourceKind.PostgreSql => "jdbc:postgresql://",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>The address, where its form is right and the rules let it be read; whether something answers there is for a test of the connection.</summary>
    public static Result<SourceAddress> Parse(SourceKind kind, string? url, SourceRules rules)
    {
        if (!SourceAddress.TryParse(url, out var address, out var problem))
        {
            return Refused(problem);
        }

        if (address is SqliteAddress != kind is SourceKind.Sqlite)
        {
            return IngestionErrors.UrlMalformed(kind, url ?? "");
        }

        return rules.Check(address) is { } closed ? Refused(closed) : address;
    }

    private static Error Refused(AddressProblem problem) => Error.Invalid(problem.Code, "connectionUrl", problem.Message, problem.Hint);
}
