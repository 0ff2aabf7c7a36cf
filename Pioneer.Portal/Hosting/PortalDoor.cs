using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pioneer.Jobs.Isolation;

namespace Pioneer.Portal.Hosting;

/// <summary>Where this portal answers: the address that people use, or the one that it listens at.</summary>
internal sealed class PortalDoor(IConfiguration configuration, IServer server) : IPortalDoor
{
    public Uri? Address => Uri.TryCreate(configuration["Portal:Url"], UriKind.Absolute, out var url) ? url : Listening();

    // every address of the machine is no address to ask
    private Uri? Listening() =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } bound
        && Uri.TryCreate(bound.Replace("//+", "//127.0.0.1", StringComparison.Ordinal).Replace("//*", "//127.0.0.1", StringComparison.Ordinal)
            .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal).Replace("//[::]", "//[::1]", StringComparison.Ordinal), UriKind.Absolute, out var address)
            ? address
            : null;
}
