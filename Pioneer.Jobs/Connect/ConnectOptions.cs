namespace Pioneer.Jobs.Connect;

/// <summary>Section <c>Connect</c>: where the Kafka Connect REST API is, how to sign in to it, and how its workers get sources' passwords.</summary>
public sealed class ConnectOptions
{
    public const string Section = "Connect";

    /// <summary>What stands for the source's name in <see cref="SecretReference"/>.</summary>
    public const string SourcePlaceholder = "{source}";

    public string Url { get; set; } = "";

    /// <summary>User of Basic authentication, sent to the origin of <see cref="Url"/> and nowhere else; null or empty where the worker asks for none.</summary>
    public string? Username { get; set; }

    /// <summary>Password of <see cref="Username"/>.</summary>
    public string? Password { get; set; }

    /// <summary>
    /// What connectors have in the place of a source's password, for a config provider of the workers to resolve:
    /// <c>${file:/etc/connect/sources.properties:{source}}</c>.
    /// </summary>
    public string? SecretReference { get; set; }

    /// <summary>Whether, without a <see cref="SecretReference"/>, passwords may be given in clear, to stand in Connect's topics and answers.</summary>
    public bool AllowClearPasswords { get; set; }

    /// <summary>The reference to a source's password; null where there are none.</summary>
    internal string? ReferenceTo(string source) =>
        string.IsNullOrEmpty(SecretReference) ? null : SecretReference.Replace(SourcePlaceholder, source, StringComparison.Ordinal);

    /// <summary>The source that a value refers to by <see cref="SecretReference"/>; null for any other value.</summary>
    internal string? SourceOf(string value)
    {
        if (SecretReference?.Split(SourcePlaceholder) is not [var before, var after]
            || value.Length <= before.Length + after.Length
            || !value.StartsWith(before, StringComparison.Ordinal)
            || !value.EndsWith(after, StringComparison.Ordinal))
        {
            return null;
        }

        return value[before.Length..^after.Length];
    }
}
