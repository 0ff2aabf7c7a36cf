using Pioneer.Domain;

namespace Pioneer.Portal.Auditing;

/// <summary>Registers the receivers that the configuration names.</summary>
internal static class AuditExportServices
{
    private static readonly TimeSpan PostTimeout = TimeSpan.FromSeconds(10);

    /// <exception cref="StartException">A receiver that cannot be, with its key.</exception>
    public static void AddAuditExport(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(AuditExportOptions.Section).Get<AuditExportOptions>() ?? new AuditExportOptions();
        var problems = options.Validate().ToList();
        if (problems.Count > 0)
        {
            throw new StartException(string.Join(' ', problems));
        }

        var services = builder.Services;
        services.AddHttpClient(AuditWebhook.Client, client => client.Timeout = PostTimeout);
        if (options.Path is { Length: > 0 } path)
        {
            services.AddSingleton<IAuditReceiver>(new AuditFile(path));
        }

        if (options.Webhook is { Length: > 0 } webhook)
        {
            services.AddSingleton<IAuditReceiver>(provider =>
                new AuditWebhook(provider.GetRequiredService<IHttpClientFactory>(), new Uri(webhook), options.WebhookSecret!));
        }

        services.AddHostedService<AuditExport>();
    }
}
