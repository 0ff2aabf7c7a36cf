using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Pioneer.Domain;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>Local sign-in; see <see cref="PasswordSignIn"/> for what it does not tell.</summary>
public sealed partial class SignInPage
{
    private string? _error;

    [SupplyParameterFromForm(FormName = "sign-in")]
    private SignInInput Input { get; set; } = default!; // set in OnInitialized where no form was sent

    [SupplyParameterFromQuery(Name = "ReturnUrl")]
    private string? ReturnUrl { get; set; }

    [SupplyParameterFromQuery(Name = "ended")]
    private bool Ended { get; set; }

    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    [Inject]
    internal PasswordSignIn PasswordSignIn { get; set; } = null!; // injected

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required SignInProvider Provider { get; set; }

    private string OrganisationUrl => PortalUrls.With(PortalUrls.SignInOrganisation, (nameof(ReturnUrl), ReturnUrl));

    protected override void OnInitialized() => Input ??= new();

    private async Task SubmitAsync(EditContext form)
    {
        if (Provider.IsEntra)
        {
            _error = "Local accounts cannot sign in here.";
            return;
        }

        var (outcome, wait) = await PasswordSignIn.TryAsync(Input.Email, Input.Password, Input.Remember);
        switch (outcome)
        {
            case PasswordOutcome.SignedIn:
                Navigation.NavigateTo(LocalUrl.Of(ReturnUrl));
                break;
            case PasswordOutcome.NeedsSecondFactor:
                Navigation.NavigateTo(PortalUrls.With(PortalUrls.SecondFactor, ("ReturnUrl", LocalUrl.Of(ReturnUrl)), ("remember", Input.Remember)));
                break;
            case PasswordOutcome.Wait:
                Waits(wait);
                break;
            default:
                // beside the password, which is typed again; the words are the same whichever of both was wrong
                _error = form.Show(Error.Invalid("SignInRefused", nameof(Input.Password), PasswordSignIn.RefusedWords));
                break;
        }
    }

    private void Waits(TimeSpan wait)
    {
        var seconds = Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        _error = $"Too many tries. The next one is possible in {Durations.Words(TimeSpan.FromSeconds(seconds))}.";
        if (HttpContext is { Response.HasStarted: false } http)
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private sealed class SignInInput
    {
        [Required(ErrorMessage = "The e-mail is missing.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "The password is missing.")]
        public string Password { get; set; } = "";

        public bool Remember { get; set; }
    }
}
