using Pioneer.Domain;
using Pioneer.Jobs.Hosting;

namespace Pioneer.Portal.Hosting;

/// <summary>Everything below the pages: the platform that is managed, the database and the jobs.</summary>
public static class PlatformServices
{
    /// <summary>Database, commands, queries, adapters and jobs.</summary>
    public static void AddPioneer(this WebApplicationBuilder builder)
    {
        builder.Services.AddPioneerDomain(builder.Configuration);
        builder.Services.AddPioneerJobs(builder.Configuration);
    }
}
