using Pioneer.Domain;
using Pioneer.Embedded;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Portal.Hosting;

/// <summary>Everything below the pages: the platform that is managed, the database and the jobs.</summary>
public static class PlatformServices
{
    /// <summary>Starts the embedded parts that configuration does not point elsewhere for; then database, commands, queries, adapters and jobs.</summary>
    public static async Task AddPioneerAsync(this WebApplicationBuilder builder)
    {
        await builder.AddEmbeddedPlatformAsync();
        builder.Services.AddPioneerDomain(builder.Configuration);
        builder.Services.AddPioneerJobs(builder.Configuration);
    }
}
