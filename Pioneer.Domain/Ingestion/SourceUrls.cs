namespace Pioneer.Domain.Ingestion;

/// <summary>Addresses of sources in JDBC form.</summary>
public static class SourceUrls
{
    private static readonly string[] SecretParameters = ["password=", "user=", "pwd=", "sslpassword=", "accesstoken="];

    public static string Scheme(SourceKind kind) => kind switch
    {
        SourceKind.Sqlite => "jdbc:sqlite:",
        SourceKind.PostgreSql => "jdbc:postgresql://",
        SourceKind.SqlServer => "jdbc:sqlserver://",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>The form is right and no secret stands in it; whether something answers there is for a test of the connection.</summary>
    public static Result Check(SourceKind kind, string? url)
    {
        if (url is null || !url.StartsWith(Scheme(kind), StringComparison.OrdinalIgnoreCase) || url.Length == Scheme(kind).Length || url.Length > 1000)
        {
            return IngestionErrors.UrlMalformed(kind, url ?? "");
        }

        return Array.Find(SecretParameters, parameter => url.Contains(parameter, StringComparison.OrdinalIgnoreCase)) is { } found
            ? IngestionErrors.UrlHoldsSecret(found.TrimEnd('='))
            : Result.Success;
    }
}
