using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Pioneer.Jobs.Connect;

/// <summary>Reports every mistake in the <c>Connect</c> section at once, each with its key.</summary>
public sealed partial class ConnectOptionsValidator : IValidateOptions<ConnectOptions>
{
    public ValidateOptionsResult Validate(string? name, ConnectOptions options)
    {
        var failures = new List<string>();
        if (!string.IsNullOrEmpty(options.SecretReference)
            && (options.SecretReference.Split(ConnectOptions.SourcePlaceholder).Length != 2 || !Reference().IsMatch(options.ReferenceTo("source")!)))
        {
            failures.Add($"Connect:SecretReference '{options.SecretReference}' is no reference that a config provider of Connect resolves: "
                + "write ${provider:path:key} with {source} once in it, such as ${file:/etc/connect/sources.properties:{source}}.");
        }

        if (string.IsNullOrEmpty(options.Username) != string.IsNullOrEmpty(options.Password))
        {
            failures.Add("Connect:Username and Connect:Password go together.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    [GeneratedRegex(@"^\$\{[^{}:]+:([^{}:]*:)?[^{}:]+\}$")]
    private static partial Regex Reference();
}
