using Microsoft.Extensions.Configuration;

namespace Pioneer.Domain.Persistence;

/// <summary>Databases that the model runs on.</summary>
public enum DatabaseProvider
{
    Sqlite,
    SqlServer,
}

/// <summary>Which database, and how to reach it.</summary>
public sealed record DatabaseSettings(DatabaseProvider Provider, string ConnectionString)
{
    /// <summary>Reads <c>Database:Provider</c>, <c>Database:ConnectionString</c>, <c>Data</c>; throws naming the key that is wrong.</summary>
    public static DatabaseSettings Read(IConfiguration configuration)
    {
        var text = configuration["Database:Provider"] ?? nameof(DatabaseProvider.Sqlite);
        if (!Enum.TryParse<DatabaseProvider>(text, ignoreCase: true, out var provider))
        {
            throw new StartException($"Database:Provider is '{text}'; it must be Sqlite or SqlServer.");
        }

        var connection = configuration["Database:ConnectionString"];
        if (!string.IsNullOrWhiteSpace(connection))
        {
            return new DatabaseSettings(provider, connection);
        }

        if (provider is DatabaseProvider.SqlServer)
        {
            throw new StartException("Database:ConnectionString is missing; SQL Server needs one.");
        }

        var file = Path.Combine(configuration["Data"] ?? "data", "pioneer.db");
        return new DatabaseSettings(provider, $"Data Source={Path.GetFullPath(file)}");
    }
}
