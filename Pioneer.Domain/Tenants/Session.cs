namespace Pioneer.Domain.Tenants;

/// <summary>One sign-in of one person with one browser, until it ends. The browser's cookie names it; without the row the cookie is nothing.</summary>
public sealed class Session
{
    public required SessionId Id { get; init; }

    /// <summary>Id of the local account, or the person's id at the issuer.</summary>
    public required string UserId { get; init; }

    /// <summary>E-mail or name, for people to read.</summary>
    public required string Person { get; init; }

    /// <summary>What the browser says of itself, in few words.</summary>
    public required string Device { get; init; }

    /// <summary>Address that the sign-in came from.</summary>
    public required string Address { get; init; }

    /// <summary>How the person proved who they are: <c>password</c>, <c>password and code</c>, <c>passkey</c>, <c>one-time link</c>, <c>organisation</c>.</summary>
    public required string Method { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last request or action; written at most every half minute.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>The latest end, whatever the person does.</summary>
    public required DateTimeOffset EndsAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    public SessionEnd? EndedBecause { get; set; }
}

/// <summary>Why a session is over.</summary>
public enum SessionEnd
{
    SignedOut,
    EndedByOwner,
    EndedByAdmin,
    PasswordChanged,
    RightsTaken,
    ShutOut,
    Idle,
    Expired,
}

/// <summary>How long sessions last; section <c>Sessions</c>. The defaults are those of OWASP ASVS 4.0, level 2 (3.3.2).</summary>
public sealed class SessionLimits
{
    public const string Section = "Sessions";

    /// <summary>A session ends when nothing was done for so long.</summary>
    public TimeSpan Idle { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>A session ends so long after its sign-in, whatever is done.</summary>
    public TimeSpan Longest { get; set; } = TimeSpan.FromHours(12);

    /// <summary>All errors at once, each naming its key.</summary>
    public IEnumerable<string> Validate()
    {
        if (Idle < TimeSpan.FromMinutes(1) || Idle > TimeSpan.FromDays(30))
        {
            yield return $"{Section}:Idle is {Idle}; it must be 00:01:00 to 30.00:00:00.";
        }

        if (Longest < Idle || Longest > TimeSpan.FromDays(90))
        {
            yield return $"{Section}:Longest is {Longest}; it must be at least {Section}:Idle ({Idle}) and at most 90.00:00:00.";
        }
    }
}
