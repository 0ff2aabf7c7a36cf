using Pioneer.Jobs.Operations;

namespace Pioneer.Jobs.Seeding;

/// <summary>Registers what carries out seed runs.</summary>
public static class SeedingServices
{
    /// <summary>Needs the adapters and the persistence of Pioneer.</summary>
    public static IServiceCollection AddSeeding(this IServiceCollection services) => services
        .AddSingleton<SeedRunEvents>()
        .AddSingleton<TopicFold>()
        .AddSingleton<SeedDeliveryReader>()
        .AddSingleton<SeedStateCopier>()
        .AddSingleton<SeedActions>()
        .AddSingleton<SeedRights>()
        .AddSingleton<SeedVerifier>()
        .AddSingleton<SeedTargetReader>()
        .AddSingleton<SeedRunStore>()
        .AddSingleton<SeedRunner>()
        .AddScoped<IOperationHandler, RunSeedHandler>();
}
