using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
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

    [Inject]
    public required PasswordSignIn PasswordSignIn { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required SignInProvider Provider { get; set; }

    private string OrganisationUrl => PortalUrls.With(PortalUrls.SignInOrganisation, (nameof(ReturnUrl), ReturnUrl));

    protected override void OnInitialized() => Input ??= new();

    private async Task SubmitAsync()
    {
        if (Provider.IsEntra)
        {
            _error = "Local accounts cannot sign in here.";
            return;
        }

        if (await PasswordSignIn.TryAsync(Input.Email, Input.Password, Input.Remember))
        {
            Navigation.NavigateTo(LocalUrl.Of(ReturnUrl));
        }

        _error = PasswordSignIn.Refused;
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
