using Pioneer.Domain;

namespace Pioneer.Portal.Hosting;

/// <summary>Everything below the pages: the platform that is managed, the database and the jobs.</summary>
public static class PlatformServices
{
    /// <summary>Starts the embedded parts that configuration does not point elsewhere for, and writes their addresses into it.</summary>
    public static Task AddPlatformAsync(this WebApplicationBuilder builder) => Task.CompletedTask;

    /// <summary>Database, commands, queries, adapters and jobs.</summary>
    public static void AddPioneer(this WebApplicationBuilder builder)
    {
        builder.Services.AddPioneerDomain(builder.Configuration);
    }
}
