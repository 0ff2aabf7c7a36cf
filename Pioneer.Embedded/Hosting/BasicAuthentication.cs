using System.Security.Cryptography;
using System.Text;

namespace Pioneer.Embedded;

/// <summary>Basic authentication of the parts that answer over HTTP.</summary>
internal static class BasicAuthentication
{
    /// <summary>Whether a request's <c>Authorization</c> holds the user and password, compared in fixed time. Without a user nobody is asked.</summary>
    public static bool Admits(string? header, string? user, string? password)
    {
        if (user is null)
        {
            return true;
        }

        var wanted = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header ?? string.Empty), Encoding.UTF8.GetBytes(wanted));
    }
}
