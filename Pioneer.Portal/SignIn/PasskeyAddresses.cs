using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Pioneer.Domain;
using Pioneer.Domain.Auditing;
using Pioneer.Domain.Tenants;
using Pioneer.Portal.Shell;

namespace Pioneer.Portal.SignIn;

/// <summary>What a browser asks for around a passkey: options before, the signed answer after. All with the antiforgery token of their page.</summary>
internal static partial class PasskeyAddresses
{
    private const int MaxPasskeys = 20;

    public static void MapPasskeys(this WebApplication app)
    {
        if (app.Services.GetRequiredService<SignInProvider>().IsEntra)
        {
            return;
        }

        app.MapPost(PortalUrls.PasskeySignIn + "/options", RequestOptionsAsync).AllowAnonymous().DisableAntiforgery();
        app.MapPost(PortalUrls.PasskeySignIn, SignInAsync).AllowAnonymous();
        app.MapPost(PortalUrls.Account + "/passkeys/options", CreationOptionsAsync).RequireAuthorization(Policies.SignedIn);
        app.MapPost(PortalUrls.Account + "/passkeys", AddAsync).RequireAuthorization(Policies.SignedIn);
    }

    // no e-mail is asked for: the browser offers what it has for this host
    private static async Task<IResult> RequestOptionsAsync(PioneerSignInManager signIn) =>
        Results.Text(await signIn.MakePasskeyRequestOptionsAsync(null!), "application/json");

    private static async Task<IResult> SignInAsync(
        [FromForm] string? credential, [FromForm] string? returnUrl, PioneerSignInManager signIn, SignInThrottle throttle, SecurityTrail trail, HttpContext http)
    {
        var address = http.Address();
        if (throttle.Begin("passkey", address, isKnownBrowser: true) is not null || string.IsNullOrEmpty(credential))
        {
            return Results.Redirect(PortalUrls.SignIn);
        }

        signIn.Method = "passkey";
        var assertion = await signIn.PerformPasskeyAssertionAsync(credential);
        if (!assertion.Succeeded || assertion.User.Disabled)
        {
            await trail.SignInRefusedAsync(assertion.User?.Email ?? "passkey", assertion.Succeeded ? "shut out" : "passkey not accepted", address);
            return Results.Redirect(PortalUrls.SignIn);
        }

        // what the device counts and whether it is backed up changes with each use
        await http.RequestServices.GetRequiredService<UserManager<PioneerUser>>().AddOrUpdatePasskeyAsync(assertion.User, assertion.Passkey);
        throttle.Succeeded("passkey", address, isKnownBrowser: true);
        await signIn.SignInAsync(assertion.User, isPersistent: false);
        return Results.Redirect(LocalUrl.Of(returnUrl));
    }

    private static async Task<IResult> CreationOptionsAsync(
        PioneerSignInManager signIn, UserManager<PioneerUser> users, IAntiforgery antiforgery, HttpContext http)
    {
        await antiforgery.ValidateRequestAsync(http);
        return await users.GetUserAsync(http.User) is { } user
            ? Results.Text(
                await signIn.MakePasskeyCreationOptionsAsync(new PasskeyUserEntity { Id = user.Id, Name = user.Email!, DisplayName = user.DisplayName }), "application/json")
            : Results.Unauthorized();
    }

    private static async Task<IResult> AddAsync(
        [FromForm] string? credential, [FromForm] string? name, PioneerSignInManager signIn, UserManager<PioneerUser> users, Accounts accounts, HttpContext http,
        ILoggerFactory loggers)
    {
        if (users.GetUserId(http.User) is not { } userId || string.IsNullOrEmpty(credential))
        {
            return Results.Redirect(PortalUrls.Account);
        }

        var attestation = await signIn.PerformPasskeyAttestationAsync(credential);
        if (!attestation.Succeeded || attestation.UserEntity.Id != userId)
        {
            LogRefused(loggers.CreateLogger(typeof(PasskeyAddresses)), userId, attestation.Failure?.Message ?? "it was made for another account");
            return Results.Redirect(PortalUrls.With(PortalUrls.Account, ("passkey", "refused")));
        }

        attestation.Passkey.Name = string.IsNullOrWhiteSpace(name) ? DeviceWords.Of(http.Request.Headers.UserAgent) : name.Trim()[..Math.Min(name.Trim().Length, TextLimits.Name)];
        var added = await accounts.ChangeAsync<bool>(userId, "PasskeyAdded", async (manager, user) =>
            (await manager.GetPasskeysAsync(user)).Count >= MaxPasskeys
                ? Error.Conflict("TooManyPasskeys", $"The account has {MaxPasskeys} passkeys.", "Remove one that you no longer use.")
                : await manager.AddOrUpdatePasskeyAsync(user, attestation.Passkey) is { Succeeded: true } ? true : new Error("PasskeyRefused", "The passkey was not kept."));
        return Results.Redirect(PortalUrls.With(PortalUrls.Account, ("passkey", added.IsSuccess ? "added" : "refused")));
    }

    [LoggerMessage(EventId = 1420, Level = LogLevel.Warning, Message = "A new passkey of user {UserId} was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string userId, string reason);
}
