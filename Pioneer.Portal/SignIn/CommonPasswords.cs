using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Identity;
using Pioneer.Domain.Tenants;

namespace Pioneer.Portal.SignIn;

/// <summary>
/// Refuses passwords that are long and yet among the first that are tried: put together of nothing but the words, names, rows of keys, numbers and
/// repetitions that lists of broken passwords are full of, of the portal's own name, or of what the account's name says.
/// </summary>
internal sealed partial class CommonPasswords : IPasswordValidator<PioneerUser>
{
    /// <summary>Longer ones are refused: hashing them is work for whoever sends them.</summary>
    public const int MaxLength = 200;

    /// <summary>So many characters must be of no common part.</summary>
    private const int Uncommon = 5;

    private static readonly string[] Words =
    [
        "password", "passwort", "passw", "pass", "secret", "geheim", "letmein", "welcome", "willkommen", "admin", "administrator", "root", "login", "master",
        "changeme", "change", "default", "guest", "user", "test", "temp", "qwertyuiop", "qwertzuiop", "qwerty", "qwertz", "azerty", "asdfghjkl", "asdfgh", "asdf",
        "zxcvbnm", "yxcvbnm", "zxcvbn", "qazwsx", "wsxedc", "edcrfv", "iloveyou", "love", "monkey", "dragon", "football", "baseball", "basketball", "soccer",
        "hockey", "princess", "sunshine", "shadow", "superman", "batman", "pokemon", "starwars", "trustno", "whatever", "freedom", "hello", "hallo", "summer",
        "sommer", "winter", "spring", "autumn", "herbst", "monday", "friday", "january", "february", "march", "april", "june", "july", "august", "september",
        "october", "november", "december", "michael", "jordan", "jennifer", "thomas", "daniel", "andrew", "charlie", "robert", "george", "hunter", "ranger",
        "killer", "pepper", "ginger", "cheese", "banana", "cookie", "chocolate", "flower", "purple", "orange", "silver", "golden", "diamond", "computer",
        "internet", "server", "system", "access", "security", "company", "office", "london", "berlin", "america", "correcthorsebatterystaple",
        "bank", "banking", "money", "kafka", "ksql", "pioneer", "portal", "the", "and", "for", "you", "this", "is", "my", "mein", "new", "neu",
    ];

    /// <inheritdoc/>
    public Task<IdentityResult> ValidateAsync(UserManager<PioneerUser> manager, PioneerUser user, string? password) => Task.FromResult(
        password is { Length: > MaxLength }
            ? Refused("PasswordTooLong", $"The password has {password.Length} characters; at most {MaxLength} are allowed.")
            : password is not null && IsCommon(password, user)
                ? Refused("PasswordCommon", "The password is among the first that are tried: common words, rows of keys, numbers or your own name. Take a sentence of your own.")
                : IdentityResult.Success);

    /// <summary>True when what is left of the password without its common parts is too little.</summary>
    internal static bool IsCommon(string password, PioneerUser user)
    {
        var typed = password.ToLowerInvariant();
        var plain = Undo(typed);
        var own = Parts().Split($"{user.DisplayName} {user.Email} {user.UserName}".ToLowerInvariant()).Where(part => part.Length >= 3).Select(Undo);
        var common = Words.Concat(own).Distinct(StringComparer.Ordinal).ToList();

        // the fewest characters that no common part covers, from each place to the end
        var left = new int[plain.Length + 1];
        for (var at = plain.Length - 1; at >= 0; at--)
        {
            left[at] = left[at + 1] + 1;
            foreach (var length in common.Where(word => string.CompareOrdinal(plain, at, word, 0, word.Length) == 0).Select(word => word.Length).Append(Run(typed, at)))
            {
                if (length > 0)
                {
                    left[at] = Math.Min(left[at], left[at + length]);
                }
            }
        }

        return left[0] < Uncommon || Repeats(typed);
    }

    // '4', '@' and their like are the letters that they stand for
    private static string Undo(string text) => string.Concat(text.Select(c => c switch
    {
        '@' or '4' => 'a', '3' => 'e', '0' => 'o', '$' or '5' => 's', '7' => 't', '!' or '1' => 'i', _ => c,
    }));

    // how far characters go on that are no letters, or equal, rising or falling ones: '2024', '!', 'aaaa', 'fedc'
    private static int Run(string text, int at)
    {
        if (!char.IsLetter(text[at]))
        {
            return 1;
        }

        var length = 1;
        if (at + 1 < text.Length && text[at + 1] - text[at] is >= -1 and <= 1 and var step)
        {
            while (at + length < text.Length && text[at + length] - text[at + length - 1] == step)
            {
                length++;
            }
        }

        return length >= 3 ? length : 0;
    }

    private static bool Repeats(string text) =>
        Enumerable.Range(1, text.Length / 3).Any(length => text.Length % length == 0 && Enumerable.Range(length, text.Length - length).All(i => text[i] == text[i - length]));

    private static IdentityResult Refused(string code, string description) => IdentityResult.Failed(new IdentityError { Code = code, Description = description });

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Parts();
}
