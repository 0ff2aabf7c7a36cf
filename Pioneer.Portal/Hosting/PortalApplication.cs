using Pioneer.Portal.Api;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Hosting;

/// <summary>The portal, put together; not started.</summary>
public static class PortalApplication
{
    /// <summary>Reads the arguments, starts the embedded platform's parts that nothing replaces, and builds pages and API.</summary>
    public static async Task<WebApplication> BuildAsync(string[] args)
    {
        var builder = PortalHost.CreateBuilder(args);
        builder.AddPortalLogging();
        await builder.AddPioneerAsync();
        builder.AddPortalSignIn();
        builder.AddPortalPages();
        builder.AddPioneerApi();
        var app = builder.Build();
        app.UsePortal();
        return app;
    }
}
