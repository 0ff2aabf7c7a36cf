using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Pioneer.Portal.SignIn;

/// <summary>Gives each circuit its actor before its first component is made, and again when the sign-in state is revalidated.</summary>
public sealed class CurrentActorCircuitHandler(AuthenticationStateProvider authentication, CurrentActor current) : CircuitHandler, IDisposable
{
    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        authentication.AuthenticationStateChanged += OnChanged;
        current.Use((await authentication.GetAuthenticationStateAsync()).User);
    }

    public void Dispose() => authentication.AuthenticationStateChanged -= OnChanged;

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
            current.Use(new System.Security.Claims.ClaimsPrincipal());
        }
    }
}
