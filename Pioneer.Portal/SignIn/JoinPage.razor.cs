using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>Where a one-time link leads: an invited person makes an account or accepts with the one there is; an owner chooses a new password.</summary>
public sealed partial class JoinPage
{
    private LinkOffer? _offer;
    private string? _error;

    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    [SupplyParameterFromQuery(Name = "token")]
    private string? Token { get; set; }

    [SupplyParameterFromForm]
    private JoinInput Input { get; set; } = default!; // set in OnInitialized where no form was sent

    [Inject]
    public required Invitations Invited { get; set; }

    [Inject]
    public required Accounts Accounts { get; set; }

    [Inject]
    internal PioneerSignInManager SignInManager { get; set; } = null!; // injected

    [Inject]
    public required UserManager<PioneerUser> Users { get; set; }

    [Inject]
    internal SessionBook Book { get; set; } = null!; // injected

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required SignInProvider Provider { get; set; }

    private string Title => _offer switch
    {
        null => "This link is over",
        { Purpose: LinkPurpose.NewPassword } => "Choose a password",
        { Tenant: { } tenant } => $"You are invited to {tenant}",
        _ => "You are invited to Pioneer",
    };

    private string Lead => _offer switch
    {
        { Purpose: LinkPurpose.NewPassword } => "The link works once. Your new password ends all open sessions.",
        { Tenant: not null, TenantRole: { } role } => $"{_offer.IssuedBy} gives you the role {PioneerClaims.DisplayRole(role)}.",
        { PlatformRole: PlatformRole.Admin } => $"{_offer.IssuedBy} makes you a platform admin: you would see every tenant and may change everything.",
        { PlatformRole: PlatformRole.Operator } => $"{_offer.IssuedBy} makes you an operator: you would see every tenant and run playbooks.",
        _ => $"{_offer?.IssuedBy} gives you an account.",
    };

    private bool MustSignIn => _offer is { Purpose: LinkPurpose.Invitation, UserId: { } id } && SignedInId != id;

    private string? SignedInId => HttpContext?.User is { Identity.IsAuthenticated: true } user ? Users.GetUserId(user) : null;

    private string SignInUrl => PortalUrls.With(PortalUrls.SignIn, ("ReturnUrl", PortalUrls.With(PortalUrls.Join, ("token", Token))));

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        if (!Provider.IsEntra && Token is { Length: > 0 } token && await Invited.ReadAsync(token, default) is { IsSuccess: true } read)
        {
            _offer = read.Value;
            Input.Name = Input.Name is { Length: > 0 } typed ? typed : _offer.Name;
        }
        else if (HttpContext is { Response.HasStarted: false } http)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
        }
    }

    private async Task SubmitAsync(EditContext form)
    {
        if (_offer is not { } offer)
        {
            return;
        }

        var name = Input.Name is { Length: > 0 } typed ? typed : offer.Email;
        var done = offer.Purpose is LinkPurpose.Invitation
            ? await Accounts.JoinAsync(Token!, name, Input.Password, default)
            : await Accounts.ChooseAsync(Token!, Input.Password, default);
        if (done.IsFailure)
        {
            _error = form.Show(done.Error);
            return;
        }

        SignInManager.Method = "one-time link";
        await SignInManager.SignInAsync((await Users.FindByIdAsync(done.Value))!, isPersistent: false);
        Navigation.NavigateTo(PortalUrls.Overview);
    }

    private async Task AcceptAsync()
    {
        if (_offer is null || MustSignIn)
        {
            return;
        }

        var accepted = await Invited.AcceptAsync(Token!, SignedInId!, default);
        if (accepted.IsSuccess)
        {
            // the next request finds the account's rights changed, and its principal is made anew
            if (HttpContext!.User.SessionId() is { } session)
            {
                Book.LookAnew(session);
            }

            Navigation.NavigateTo(PortalUrls.Overview);
            return;
        }

        _error = accepted.Error.ToText();
    }

    private sealed class JoinInput
    {
        /// <summary>Null in forms that do not ask for it.</summary>
        public string? Name { get; set; }

        [Required(ErrorMessage = "The password is missing."), MinLength(FirstAdmin.MinPasswordLength, ErrorMessage = "The password has fewer than 12 characters.")]
        public string Password { get; set; } = "";
    }
}
