using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Connect;

namespace Pioneer.Jobs.Provisioning;

/// <summary>
/// The passwords in connectors' configurations, between plans, where <c>${secret:source/bank}</c> stands for one, and Connect, which is given a
/// reference that its workers resolve. In clear they go there only where a setting says so.
/// </summary>
public sealed class ConnectorSecrets(IOptions<ConnectOptions> options, PlatformSecrets secrets)
{
    /// <summary>A wanted configuration as Connect is given it.</summary>
    public async Task<Result<Dictionary<string, string>>> WriteAsync(ConnectorSpec connector, CancellationToken ct)
    {
        var config = new Dictionary<string, string>(connector.Config, StringComparer.Ordinal);
        foreach (var (key, value) in connector.Config)
        {
            if (FeedConnector.SecretOf(value) is { } secret)
            {
                var written = await WriteAsync(connector.Name, secret, ct);
                if (written.IsFailure)
                {
                    return written.Error;
                }

                config[key] = written.Value;
            }
        }

        return config;
    }

    /// <summary>
    /// A password as Connect has it, for comparing and showing: what a plan would have in its place, or what it is instead. Without references
    /// nothing is told.
    /// </summary>
    public string Read(string value)
    {
        if (string.IsNullOrEmpty(options.Value.SecretReference))
        {
            return ConnectorSpec.Hidden;
        }

        return options.Value.SourceOf(value) is { } source ? FeedConnector.PlaceholderOf(SecretNames.Source(source)) : ConnectorSpec.NotReferred;
    }

    private async Task<Result<string>> WriteAsync(string connector, string secret, CancellationToken ct)
    {
        if (SecretNames.SourceOf(secret) is { } source && options.Value.ReferenceTo(source) is { } reference)
        {
            return reference;
        }

        return options.Value.AllowClearPasswords
            ? await secrets.OpenAsync(secret, ct)
            : new Error(
                "ConnectorPasswordInClear",
                $"The connector '{connector}' needs the password '{secret}', which would stand in clear in the topics and answers of Kafka Connect at {options.Value.Url}.",
                "Set Connect:SecretReference to a reference that its workers resolve (docs/operations.md, 'Passwords of sources'), "
                + "or Connect:AllowClearPasswords=true where that is meant.");
    }
}
