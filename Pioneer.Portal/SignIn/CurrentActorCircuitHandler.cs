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

    private async void OnChanged(Task<AuthenticationState> state)
    {
#pragma warning disable VSTHRD100 // the event asks for void; a failed state counts as nobody
        try
        {
            current.Use((await state).User);
        }
        catch (Exception)
        {
            current.Use(new System.Security.Claims.ClaimsPrincipal());
        }
#pragma warning restore VSTHRD100
    }
}
