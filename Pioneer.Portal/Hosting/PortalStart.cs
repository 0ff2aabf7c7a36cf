using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Hosting;

/// <summary>What happens once per start: migrations, the first admin, the lines that scripts wait for.</summary>
internal static class PortalStart
{
    public static Task PrepareDatabaseAsync(this WebApplication app) =>
        app.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync(app.Lifetime.ApplicationStopping);

    public static async Task AnnounceAsync(this WebApplication app, string url)
    {
        await using var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<AmbientTenantScope>().Use(TenantScope.All);
        var admins = scope.ServiceProvider.GetRequiredService<FirstAdmin>();
        if (!await admins.ExistsAsync(default))
        {
            await MakeFirstAdminAsync(app, admins, url);
        }

        await Console.Out.WriteLineAsync($"Pioneer is ready: {url}");
    }

    private static async Task MakeFirstAdminAsync(WebApplication app, FirstAdmin admins, string url)
    {
        var email = app.Configuration["Setup:AdminEmail"];
        var password = app.Configuration["Setup:AdminPassword"];
        if (!string.IsNullOrEmpty(email) && !string.IsNullOrEmpty(password))
        {
            var made = await admins.CreateAsync(email, email, password);
            if (made.IsFailure)
            {
                throw new InvalidOperationException($"Setup:AdminEmail and Setup:AdminPassword were refused. {made.Error.Message}");
            }

            return;
        }

        var token = await admins.CreateLinkTokenAsync(default);
        await Console.Out.WriteLineAsync($"Make the first admin: {url}{PortalUrls.Setup}?token={token}");
    }
}
