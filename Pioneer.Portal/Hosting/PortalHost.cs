using Pioneer.Domain.Persistence;

namespace Pioneer.Portal.Hosting;

/// <summary>The portal's builder: where configuration comes from, and what it must say before anything is started.</summary>
public static class PortalHost
{
    /// <summary>Address when nobody says otherwise; loopback, because the first start has no admin yet.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Takes <c>--urls</c>, <c>--data</c>, <c>--demo</c> and any configuration key as <c>--Key:Sub=value</c>, <c>Key__Sub</c> or, from a file, <c>Key__Sub__File</c>.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(PortalHost).Assembly.GetName().Name,
        });
        builder.WebHost.UseStaticWebAssets();
        ValuesFromFiles.AddTo(builder.Configuration);
        if (string.IsNullOrEmpty(builder.Configuration["urls"]) && string.IsNullOrEmpty(builder.Configuration["http_ports"])
            && string.IsNullOrEmpty(builder.Configuration["https_ports"]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        var address = PortalAddress.Read(builder.Configuration);
        builder.Services.AddSingleton(address);
        if (string.IsNullOrEmpty(builder.Configuration["AllowedHosts"]))
        {
            builder.Configuration["AllowedHosts"] = address.AllowedHosts;
        }

        builder.Configuration["Data"] = Path.GetFullPath(builder.Configuration["Data"] is { Length: > 0 } data ? data : "data");
        builder.Services.AddSingleton(new DataFolderState(builder.Configuration["Data"]!, DataFolder.Prepare(builder.Configuration["Data"]!)));
        builder.Services.AddSingleton(TimeProvider.System);
        return builder;
    }
}

/// <summary>The folder and why others may look into it; null when they may not.</summary>
internal sealed record DataFolderState(string Folder, string? StaysOpen);
