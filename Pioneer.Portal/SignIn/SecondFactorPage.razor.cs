using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Pioneer.Domain;
using Pioneer.Domain.Auditing;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>The second half of a sign-in by password: a code of the app, good once, or a recovery code.</summary>
public sealed partial class SecondFactorPage
{
    private const int AppCodeLength = 6;

    // an app's code is good for a minute and a half around its own half minute
    private static readonly TimeSpan CodeStaysGood = TimeSpan.FromMinutes(3);

    private string? _error;

    [CascadingParameter]
    public HttpContext? HttpContext { get; set; }

    [SupplyParameterFromForm(FormName = "second-factor")]
    private CodeInput Input { get; set; } = default!; // set in OnInitialized where no form was sent

    [SupplyParameterFromQuery(Name = "ReturnUrl")]
    private string? ReturnUrl { get; set; }

    [SupplyParameterFromQuery(Name = "remember")]
    private bool Remember { get; set; }

    [Inject]
    internal PioneerSignInManager SignInManager { get; set; } = null!; // injected

    [Inject]
    internal SignInThrottle Throttle { get; set; } = null!; // injected

    [Inject]
    public required SecurityTrail Trail { get; set; }

    [Inject]
    public required TrailMemory Memory { get; set; }

    [Inject]
    public required TimeProvider Time { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    protected override async Task OnInitializedAsync()
    {
        Input ??= new();
        if (await SignInManager.GetTwoFactorAuthenticationUserAsync() is null)
        {
            Navigation.NavigateTo(PortalUrls.SignIn);
        }
    }

    private async Task SubmitAsync(EditContext form)
    {
        if (HttpContext is not { } http || await SignInManager.GetTwoFactorAuthenticationUserAsync() is not { } user)
        {
            return;
        }

        var address = http.Address();
        if (Throttle.Begin($"second factor of {user.Id}", address, isKnownBrowser: false) is { } wait)
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            _error = $"Too many tries. The next one is possible in {Math.Ceiling(wait.TotalSeconds):0} s.";
            return;
        }

        var code = string.Concat(Input.Code.Where(c => !char.IsWhiteSpace(c)));
        SignInManager.Method = "password and code";
        var isAppCode = code.Length == AppCodeLength && code.All(char.IsAsciiDigit);
        var result = isAppCode
            ? Memory.IsNew($"code|{user.Id}|{code}", Time.GetUtcNow(), CodeStaysGood)
                ? await SignInManager.TwoFactorAuthenticatorSignInAsync(code, Remember, rememberClient: false)
                : Microsoft.AspNetCore.Identity.SignInResult.Failed
            : await SignInManager.TwoFactorRecoveryCodeSignInAsync(code);
        if (result.Succeeded)
        {
            Throttle.Succeeded($"second factor of {user.Id}", address, isKnownBrowser: false);
            Navigation.NavigateTo(LocalUrl.Of(ReturnUrl));
            return;
        }

        await Trail.SignInRefusedAsync(user.Email ?? user.Id, isAppCode ? "wrong code" : "wrong recovery code", address);
        _error = form.Show(Error.Invalid(
            "CodeWrong", nameof(Input.Code), "The code is wrong, or was used already.", "The app shows a new one every half minute."));
    }

    private sealed class CodeInput
    {
        [Required(ErrorMessage = "The code is missing.")]
        public string Code { get; set; } = "";
    }
}
