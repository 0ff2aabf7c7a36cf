using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.EntityFrameworkCore;
using Pioneer.Domain;
using Pioneer.Domain.Persistence;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// Gives each circuit its actor before its first component is made, and takes it away within a second of the session's end; what the person does keeps the
/// session alive. A tenant's people have a limited number of windows.
/// </summary>
internal sealed class CurrentActorCircuitHandler(
    AuthenticationStateProvider authentication, CurrentActor current, SessionBook book, SessionPrincipals principals, TenantUse use,
    IDbContextFactory<PioneerDbContext> contexts) : CircuitHandler, IDisposable
{
    private IDisposable? _watch;
    private IDisposable? _window;
    private SessionId? _session;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        authentication.AuthenticationStateChanged += OnChanged;
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        current.Use(user);
        if (user.SessionId() is not { } session || authentication is not SessionSignIn signIn)
        {
            return;
        }

        _session = session;
        if (!await TakeWindowAsync(user, cancellationToken))
        {
            signIn.Become(user.WithoutRights());
            return;
        }

        _watch = book.Watch(session, user.RightsRevision(), look => _ = FollowAsync(signIn, look));
    }

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => context =>
    {
        if (_session is { } session)
        {
            book.Seen(session);
        }

        return next(context);
    };

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        authentication.AuthenticationStateChanged -= OnChanged;
        _watch?.Dispose();
        _window?.Dispose();
    }

    private void OnChanged(Task<AuthenticationState> state) => _ = UseAsync(state);

    // a state that cannot be had counts as nobody
    private async Task UseAsync(Task<AuthenticationState> state)
    {
        try
        {
            current.Use((await state).User);
        }
        catch (Exception)
        {
            current.Use(new ClaimsPrincipal());
        }
    }

    private async Task FollowAsync(SessionSignIn signIn, SessionLook look)
    {
        try
        {
            var user = (await signIn.GetAuthenticationStateAsync()).User;
            var next = look.IsOpen ? await principals.RenewAsync(user, CancellationToken.None) : null;
            if (next is null)
            {
                _watch?.Dispose();
                _window?.Dispose();
                signIn.End();
            }
            else
            {
                signIn.Become(next);
            }
        }
        catch (Exception)
        {
            // rights that cannot be read are none: the browser signs in again
            signIn.End();
        }
    }

    // the first of the person's tenants stands for the window; platform people are not counted
    private async Task<bool> TakeWindowAsync(ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (user.SeesPlatform() || user.TenantGrants() is not [var grant, ..])
        {
            return true;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(row => row.Id == grant.TenantId, cancellationToken);
        if (tenant is null)
        {
            return true;
        }

        var place = use.Open(tenant, TenantUseKind.Circuits);
        _window = place.IsSuccess ? place.Value : null;
        return place.IsSuccess;
    }
}
