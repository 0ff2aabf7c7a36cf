using Microsoft.AspNetCore.Components;
using MudBlazor;
using Pioneer.Domain;
using Pioneer.Portal.Components;
using Pioneer.Portal.SignIn;
using QRCoder;

namespace Pioneer.Portal.Features.Account;

/// <summary>Codes of an authenticator app (RFC 6238) as second factor, with recovery codes for the day the phone is gone.</summary>
public sealed partial class SecondFactorPanel
{
    private const int RecoveryCodes = 10;
    private const int PixelsPerModule = 4;

    private bool _enabled;
    private int _left;
    private string? _key;
    private string? _picture;
    private string _code = "";
    private IReadOnlyList<string>? _codes;
    private Error? _error;

    /// <summary>Told when the factor was set up or taken away.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    [Inject]
    public required Accounts Accounts { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    private bool CodeIsWrong => _key is not null && _error?.Field == "code";

    protected override Task OnInitializedAsync() => LoadAsync();

    private async Task LoadAsync() => (_enabled, _left) = await Accounts.ReadAsync(
        Me.Actor.Id, async (users, user) => (user.TwoFactorEnabled, await users.CountRecoveryCodesAsync(user)));

    private async Task BeginAsync()
    {
        _error = null;
        var made = await Accounts.ChangeAsync<(string Key, string Email)>(Me.Actor.Id, "AuthenticatorKeyMade", async (users, user) =>
        {
            await users.ResetAuthenticatorKeyAsync(user);
            return ((await users.GetAuthenticatorKeyAsync(user))!, user.Email!);
        });
        _error = made.Error;
        if (made.IsSuccess)
        {
            _key = made.Value.Key;
            var address = $"otpauth://totp/Pioneer:{Uri.EscapeDataString(made.Value.Email)}?secret={_key}&issuer=Pioneer&digits=6";
            using var drawn = new QRCodeGenerator().CreateQrCode(address, QRCodeGenerator.ECCLevel.M);
            _picture = $"data:image/png;base64,{Convert.ToBase64String(new PngByteQRCode(drawn).GetGraphic(PixelsPerModule))}";
        }
    }

    private async Task ConfirmAsync()
    {
        var confirmed = await Accounts.ChangeAsync<IReadOnlyList<string>>(Me.Actor.Id, "SecondFactorSetUp", async (users, user) =>
        {
            var code = string.Concat(_code.Where(char.IsAsciiDigit));
            if (!await users.VerifyTwoFactorTokenAsync(user, users.Options.Tokens.AuthenticatorTokenProvider, code))
            {
                return Error.Invalid("CodeWrong", "code", "The code is wrong.", "The app shows a new one every half minute; its clock must be right.");
            }

            await users.SetTwoFactorEnabledAsync(user, true);
            return (await users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodes))!.ToList();
        });
        Show(confirmed);
    }

    private async Task NewCodesAsync()
    {
        if (await Dialogs.ConfirmAsync("New recovery codes", "The earlier ones stop working.", "Make new ones", danger: false))
        {
            Show(await Accounts.ChangeAsync<IReadOnlyList<string>>(Me.Actor.Id, "RecoveryCodesMade", async (users, user) =>
                (await users.GenerateNewTwoFactorRecoveryCodesAsync(user, RecoveryCodes))!.ToList()));
        }
    }

    private async Task RemoveAsync()
    {
        if (await Dialogs.ConfirmAsync("Remove the app", "The password alone signs you in then, unless your role asks for a second factor.", "Remove"))
        {
            _error = (await Accounts.ChangeAsync<bool>(Me.Actor.Id, "SecondFactorRemoved", async (users, user) =>
            {
                await users.SetTwoFactorEnabledAsync(user, false);
                await users.ResetAuthenticatorKeyAsync(user);
                return true;
            })).Error;
            await LoadAsync();
            await OnChanged.InvokeAsync();
        }
    }

    private void Show(Result<IReadOnlyList<string>> codes)
    {
        _error = codes.Error;
        if (codes.IsSuccess)
        {
            (_codes, _key, _code) = (codes.Value, null, "");
        }
    }

    private async Task KeptAsync()
    {
        _codes = null;
        await LoadAsync();
        await OnChanged.InvokeAsync();
    }
}
