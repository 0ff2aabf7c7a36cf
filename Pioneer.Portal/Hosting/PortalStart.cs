using Pioneer.Domain;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Hosting;

/// <summary>What happens once per start: the demo's sources, the first admin, the lines that scripts wait for.</summary>
internal static class PortalStart
{
    public static async Task AnnounceAsync(this WebApplication app, string url)
    {
        WarnOfWhatIsOpen(app);
        await using var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        await scope.ServiceProvider.GetRequiredService<DemoContent>().EnsureAsync(app.Lifetime.ApplicationStopping);
        var links = scope.ServiceProvider.GetRequiredService<SetupLinks>();
        if (!app.Services.GetRequiredService<SignInProvider>().IsEntra && !await links.IsSetUpAsync(default))
        {
            await MakeFirstAdminAsync(app, scope.ServiceProvider.GetRequiredService<FirstAdmin>(), links, url);
        }

        if (app.Configuration["Setup:ApiToken"] is { Length: > 0 } token)
        {
            var kept = await scope.ServiceProvider.GetRequiredService<ManageApiTokens>().EnsureSetupTokenAsync(token, default);
            if (kept.IsFailure)
            {
                throw new StartException(kept.Error.ToText());
            }
        }

        await Console.Out.WriteLineAsync($"Pioneer is ready: {url}");
    }

    private static void WarnOfWhatIsOpen(WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(PortalStart));
        var logs = LogOptions.Read(app.Configuration);
        HostingLog.LogIsBounded(logger, logs.MaxFileMegabytes, logs.MaxTotalMegabytes);
        if (app.Services.GetRequiredService<DataFolderState>() is { StaysOpen: { } reason } data)
        {
            HostingLog.DataIsOpen(logger, data.Folder, reason);
        }

        var address = app.Services.GetRequiredService<PortalAddress>();
        if (address is { AllowInsecure: true } && address.Listens.FirstOrDefault(bound => bound is { IsLoopback: false, IsHttps: false }) is { } clear)
        {
            HostingLog.ListensInClearText(logger, clear.Text);
        }
    }

    private static async Task MakeFirstAdminAsync(WebApplication app, FirstAdmin admins, SetupLinks links, string url)
    {
        var email = app.Configuration["Setup:AdminEmail"];
        var password = app.Configuration["Setup:AdminPassword"];
        if (!string.IsNullOrEmpty(email) && !string.IsNullOrEmpty(password))
        {
            var made = await admins.CreateAsync(email, email, password);
            if (made.IsFailure)
            {
                throw new StartException($"Setup:AdminEmail and Setup:AdminPassword were refused. {made.Error.Message}");
            }

            return;
        }

        var token = await links.IssueAsync(default);
        await Console.Out.WriteLineAsync($"Make the first admin: {url}{PortalUrls.Setup}?token={token}");
    }
}
