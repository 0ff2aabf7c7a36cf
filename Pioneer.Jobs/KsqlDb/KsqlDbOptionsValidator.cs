using Microsoft.Extensions.Options;

namespace Pioneer.Jobs.KsqlDb;

/// <summary>Reports every mistake in the credentials of the <c>Ksql</c> section at once, each with its key.</summary>
public sealed class KsqlDbOptionsValidator : IValidateOptions<KsqlDbOptions>
{
    public ValidateOptionsResult Validate(string? name, KsqlDbOptions options)
    {
        var failures = new List<string>();
        foreach (var (id, credential) in options.Credentials)
        {
            var key = $"{KsqlDbOptions.Section}:Credentials:{id}";
            if (!Uri.TryCreate(credential.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            {
                failures.Add($"{key}:Url '{credential.Url}' is no address: name the server that the credential is for, as https://host:port.");
            }

            if (string.IsNullOrEmpty(credential.Username) || string.IsNullOrEmpty(credential.Password))
            {
                failures.Add($"{key}:Username and {key}:Password are needed.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
