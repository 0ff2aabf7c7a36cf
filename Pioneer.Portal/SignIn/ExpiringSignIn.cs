using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Pioneer.Portal.SignIn;

/// <summary>Ends open circuits of Entra accounts within a minute of their token's end: a page left open must not outlive the session.</summary>
internal sealed class ExpiringSignIn(ILoggerFactory loggers, TimeProvider clock) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromMinutes(1);

    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        Task.FromResult(authenticationState.User.SignedInUntil() > clock.GetUtcNow());
}
