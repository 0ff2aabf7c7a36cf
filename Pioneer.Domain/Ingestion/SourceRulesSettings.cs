using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Pioneer.Domain.Persistence;
using Pioneer.Sources;

namespace Pioneer.Domain.Ingestion;

/// <summary>
/// Which addresses may be read, out of the settings <c>Sources:Folders</c> and <c>Sources:Hosts</c> (lists; empty for any). The portal's own files are
/// closed whatever stands there: its database holds everybody's password hashes.
/// </summary>
public static class SourceRulesSettings
{
    private const string DemoFolder = "demo";

    /// <summary>Reads the lists and closes <c>Data</c> and the portal's database file, but for the folder of the demo's source.</summary>
    public static SourceRules Read(IConfiguration configuration)
    {
        var data = Path.GetFullPath(configuration["Data"] is { Length: > 0 } set ? set : "data");
        var settings = DatabaseSettings.Read(configuration);
        var database = settings.Provider is DatabaseProvider.Sqlite
            ? new SqliteConnectionStringBuilder(settings.ConnectionString).DataSource
            : "";
        return new SourceRules(
            List(configuration, "Sources:Folders"), List(configuration, "Sources:Hosts"),
            database.Length == 0 || database.StartsWith(':') ? [data] : [data, Path.GetFullPath(database)],
            [Path.Combine(data, DemoFolder), .. DemoFile(configuration)]);
    }

    private static IEnumerable<string> DemoFile(IConfiguration configuration) =>
        SourceAddress.TryParse(configuration["Demo:ConnectionUrl"], out var demo, out _) && demo is SqliteAddress { File: var file } ? [file] : [];

    private static ImmutableArray<string> List(IConfiguration configuration, string key) =>
        configuration[key] is { Length: > 0 } one
            ? [.. one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
            : [.. configuration.GetSection(key).GetChildren().Select(item => item.Value).OfType<string>().Where(item => item.Length > 0)];
}
