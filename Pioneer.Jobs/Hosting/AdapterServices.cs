using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Pioneer.Jobs.Connect;
using Pioneer.Jobs.Kafka;
using Pioneer.Jobs.KsqlDb;
using Polly;

namespace Pioneer.Jobs.Hosting;

/// <summary>Registers the adapters to the three protocols.</summary>
public static class AdapterServices
{
    private static readonly TimeSpan QuestionTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    public static IServiceCollection AddPlatformAdapters(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<KafkaOptions>().Bind(configuration.GetSection(KafkaOptions.Section));
        services.AddSingleton<IValidateOptions<KafkaOptions>, KafkaOptionsValidator>();
        services.AddOptions<KsqlDbOptions>().Bind(configuration.GetSection(KsqlDbOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KsqlDbOptions>, KsqlDbOptionsValidator>();
        services.AddOptions<ConnectOptions>().Bind(configuration.GetSection(ConnectOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConnectOptions>, ConnectOptionsValidator>();
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<KafkaAdmin>();
        services.AddSingleton<KafkaQuotas>();
        services.AddSingleton<KafkaReplicas>();
        services.AddSingleton<KafkaSignIn>();
        services.AddSingleton<KsqlServiceDirectory>();
        services.AddSingleton<KsqlCommandSequences>();
        services.AddSingleton<KsqlDbClient>();
        services.AddSingleton<QueryStillness>();
        services.AddSingleton<ConnectClient>();

        // a redirect would carry what is sent, secrets among it, to an address that nobody configured
        foreach (var client in (string[])[KsqlDbClient.Questions, KsqlDbClient.Commands, KsqlDbClient.Streaming, ConnectClient.Repeatable, ConnectClient.Once])
        {
            services.AddHttpClient(client).UseSocketsHttpHandler((handler, _) => handler.AllowAutoRedirect = false);
        }

        services.AddHttpClient(KsqlDbClient.Questions).AddResilienceHandler("questions", Repeatable(QuestionTimeout));
        services.AddHttpClient(KsqlDbClient.Commands, client => client.Timeout = CommandTimeout);
        // a push query lasts as long as its reader wants
        services.AddHttpClient(KsqlDbClient.Streaming, client => client.Timeout = Timeout.InfiniteTimeSpan);
        services.AddHttpClient(ConnectClient.Repeatable).AddResilienceHandler("repeatable", Repeatable(QuestionTimeout));
        services.AddHttpClient(ConnectClient.Once, client => client.Timeout = CommandTimeout);
        return services;
    }

    /// <summary>For requests that may be sent twice: three quick tries on broken connections, 5xx and timeouts, each with a limit.</summary>
    private static Action<ResiliencePipelineBuilder<HttpResponseMessage>> Repeatable(TimeSpan oneTry) => pipeline => pipeline
        .AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(150),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .AddTimeout(oneTry);
}
