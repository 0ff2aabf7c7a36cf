using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>Where the one-time link of the first start leads: makes the first platform admin and signs in.</summary>
public sealed partial class SetupPage
{
    private bool _usable;
    private string? _error;

    [SupplyParameterFromQuery(Name = "token")]
    private string? Token { get; set; }

    [SupplyParameterFromForm(FormName = "setup")]
    private SetupInput Input { get; set; } = default!; // set in OnInitialized where no form was sent

    [Inject]
    public required FirstAdmin FirstAdmin { get; set; }

    [Inject]
    public required SetupLinks Links { get; set; }

    [Inject]
    public required SignInManager<PioneerUser> SignInManager { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required SignInProvider Provider { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        _usable = !Provider.IsEntra && Token is not null && (await Links.CheckAsync(Token, default)).IsSuccess;
    }

    private async Task SubmitAsync(EditContext form)
    {
        if (Provider.IsEntra)
        {
            _usable = false;
            return;
        }

        var made = await FirstAdmin.RedeemAsync(Token ?? "", Input.Name, Input.Email, Input.Password, default);
        if (made.IsSuccess)
        {
            await SignInManager.SignInAsync(made.Value, isPersistent: false);
            Navigation.NavigateTo(PortalUrls.Overview);
            return;
        }

        _error = form.Show(made.Error);
    }

    private sealed class SetupInput
    {
        [Required(ErrorMessage = "The name is missing.")]
        public string Name { get; set; } = "";

        [Required(ErrorMessage = "The e-mail is missing."), EmailAddress(ErrorMessage = "This is not an e-mail address.")]
        public string Email { get; set; } = "";

        [Required(ErrorMessage = "The password is missing."), MinLength(FirstAdmin.MinPasswordLength, ErrorMessage = "The password has fewer than 12 characters.")]
        public string Password { get; set; } = "";
    }
}
