using Pioneer.Domain;
using Pioneer.Domain.Ingestion;
using Pioneer.Embedded;
using Pioneer.Embedded.Connect;
using Pioneer.Jobs.Hosting;
using Pioneer.Jobs.Isolation;
using Pioneer.Jobs.Recovery;
using Pioneer.Jobs.Seeding;

namespace Pioneer.Portal.Hosting;

/// <summary>Everything below the pages: the platform that is managed, the database and the jobs.</summary>
public static class PlatformServices
{
    /// <summary>Adds database, commands, queries, adapters and jobs, on the addresses that configuration or the embedded platform gives.</summary>
    public static void AddPioneer(this WebApplicationBuilder builder, EmbeddedPlatform embedded)
    {
        if (embedded.IsDrillTarget)
        {
            // what is embedded is nobody else's: it may be made to fail on purpose
            builder.Services.AddSingleton<IFaultInjector>(new EmbeddedFaults(embedded.Faults));
        }

        builder.Services.AddSingleton<IConfigProvider, SealedSourcePasswords>();
        builder.Services.AddPioneerDomain(builder.Configuration);
        builder.Services.AddSingleton<IPortalDoor, PortalDoor>();
        builder.Services.AddPioneerJobs(builder.Configuration);
        builder.Services.AddSeeding();
        builder.Services.AddRecovery();
        builder.Services.AddScoped<DemoContent>();
    }

    /// <summary>Starts the embedded parts that configuration does not point elsewhere for.</summary>
    /// <exception cref="StartException">A setting is wrong, a port taken or a folder not ours.</exception>
    public static async Task<EmbeddedPlatform> StartEmbeddedAsync(this WebApplicationBuilder builder)
    {
        try
        {
            return await builder.AddEmbeddedPlatformAsync(SourceRulesSettings.Read(builder.Configuration));
        }
        catch (Exception failure) when (failure is ArgumentException or ListenException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(failure.Message, failure);
        }
    }
}
