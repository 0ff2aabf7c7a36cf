namespace Pioneer.Portal.SignIn;

/// <summary>Log lines of sign-in, event ids 1300 to 1399.</summary>
internal static partial class SignInLog
{
    [LoggerMessage(EventId = 1300, Level = LogLevel.Warning, Message = "A sign-in through the issuer was refused, reference {Reference}")]
    public static partial void RemoteSignInRefused(ILogger logger, Exception? exception, string reference);

    [LoggerMessage(EventId = 1301, Level = LogLevel.Warning, Message = "Sessions could not be looked at; open windows stay as they are until they can")]
    public static partial void SessionsNotLookedAt(ILogger logger, Exception exception);
}
