using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>Local sign-in. One answer for an unknown e-mail and for a wrong password; five wrong ones lock the account for five minutes.</summary>
public sealed partial class SignInPage
{
    private string? _error;

    [SupplyParameterFromForm(FormName = "sign-in")]
    private SignInInput Input { get; set; } = default!; // set in OnInitialized where no form was sent

    [SupplyParameterFromQuery(Name = "ReturnUrl")]
    private string? ReturnUrl { get; set; }

    [Inject]
    public required SignInManager<PioneerUser> SignInManager { get; set; }

    [Inject]
    public required UserManager<PioneerUser> Users { get; set; }

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

        var user = await Users.FindByEmailAsync(Input.Email);
        if (user is null || user.Disabled)
        {
            _error = "E-mail or password is wrong.";
            return;
        }

        var result = await SignInManager.PasswordSignInAsync(user, Input.Password, Input.Remember, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            Navigation.NavigateTo(LocalUrl.Of(ReturnUrl));
        }

        _error = result.IsLockedOut
            ? "Too many wrong passwords. The account is locked for five minutes."
            : "E-mail or password is wrong.";
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
