using Pioneer.Embedded.Connect.Configuration;
using Pioneer.Embedded.Connect.Rest;

namespace Pioneer.Embedded.Connect.Runtime;

/// <summary>Finds connector classes and checks configurations, for creating connectors and for the validate call.</summary>
internal sealed class ConnectorValidator(IReadOnlyList<ISourceConnector> connectors, ConfigReferences references)
{
    private const string Suffix = "Connector";

    public IReadOnlyList<ISourceConnector> Connectors { get; } = connectors;

    /// <summary>The class by its full name, or by its simple name with or without 'Connector', as Kafka Connect allows.</summary>
    public ISourceConnector? Find(string className) => Connectors.FirstOrDefault(connector =>
    {
        var simple = connector.ClassName[(connector.ClassName.LastIndexOf('.') + 1)..];
        return className == connector.ClassName || className == simple || className + "Connector" == simple;
    });

    /// <exception cref="ConnectRestException">The class is not known.</exception>
    public ISourceConnector Require(string? className) => Find(className ?? "") ?? throw new ConnectRestException(
        StatusCodes.Status400BadRequest,
        $"Failed to find any class that implements Connector and which name matches {className}, available connectors are: "
        + string.Join(", ", Connectors.Select(connector => connector.ClassName)));

    /// <summary>Throws Connect's answer to a wrong configuration, naming each wrong key.</summary>
    /// <exception cref="ConnectRestException">400 with all errors.</exception>
    public void EnsureValid(IReadOnlyDictionary<string, string> config)
    {
        if (!config.ContainsKey("connector.class"))
        {
            throw ConnectRestException.BadRequest($"Connector config {{name={config.GetValueOrDefault("name")}}} contains no connector type");
        }

        var errors = Check(Require(config["connector.class"]), config).SelectMany(value => value.Errors).ToList();
        if (errors.Count > 0)
        {
            throw ConnectRestException.BadRequest(
                $"Connector configuration is invalid and contains the following {errors.Count} error(s):\n{string.Join('\n', errors)}\n"
                + "You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`");
        }
    }

    /// <summary>The validate call: as <see cref="EnsureValid"/>, and the source is tried as well.</summary>
    public async Task<ConfigInfos> ValidateAsync(string className, IReadOnlyDictionary<string, string> config, CancellationToken cancellationToken)
    {
        if (config.GetValueOrDefault("connector.class") is { } included && !Stem(included).EndsWith(Stem(className), StringComparison.Ordinal))
        {
            throw ConnectRestException.BadRequest($"Included connector type {included} does not match request type {className}");
        }

        var connector = Require(className);
        var values = Check(connector, config);
        if (values.TrueForAll(value => value.Errors.Count == 0))
        {
            Attach(values, await ProbeAsync(connector, config, cancellationToken));
        }

        var infos = values.Select((value, order) => new ConfigInfo(
            new ConfigKeyInfo(
                value.Key.Name,
                value.Key.Type.ToString().ToUpperInvariant(),
                value.Key.Required,
                value.Key.Default,
                value.Key.Importance,
                value.Key.Documentation,
                value.Key.Group,
                "MEDIUM",
                value.Key.Name,
                [],
                order + 1),
            new ConfigValueInfo(
                value.Key.Name,
                value.Key.Type == ConfigType.Password && value.Value is not null ? "[hidden]" : value.Value,
                [],
                value.Errors,
                true))).ToList();
        return new ConfigInfos(
            connector.ClassName,
            values.Sum(value => value.Errors.Count),
            [.. values.Select(value => value.Key.Group).Distinct(StringComparer.Ordinal)],
            infos);
    }

    private async Task<IReadOnlyList<ConnectConfigException>> ProbeAsync(
        ISourceConnector connector, IReadOnlyDictionary<string, string> config, CancellationToken cancellationToken)
    {
        try
        {
            return await connector.ProbeAsync(await references.ResolveAsync(config, cancellationToken), cancellationToken);
        }
        catch (ConnectConfigException error)
        {
            return [error];
        }
    }

    private static string Stem(string className) =>
        className.Length > Suffix.Length && className.EndsWith(Suffix, StringComparison.Ordinal) ? className[..^Suffix.Length] : className;

    private static List<ConfigValue> Check(ISourceConnector connector, IReadOnlyDictionary<string, string> config)
    {
        var values = new ConfigDef([.. ConnectorKeys.Common, .. connector.Definition.Keys]).Validate(config);
        if (values.TrueForAll(value => value.Errors.Count == 0))
        {
            Attach(values, connector.Validate(config));
        }

        try
        {
            _ = new RecordPipeline(config, new SkippedRows(0));
        }
        catch (ConnectConfigException error)
        {
            Attach(values, [error]);
        }

        return values;
    }

    private static void Attach(List<ConfigValue> values, IReadOnlyList<ConnectConfigException> errors)
    {
        foreach (var error in errors)
        {
            var value = values.Find(known => known.Key.Name == error.Key);
            if (value is null)
            {
                value = new ConfigValue(new ConfigKey(error.Key, ConfigType.String, "Transforms", ""), null, []);
                values.Add(value);
            }

            if (!value.Errors.Contains(error.Message, StringComparer.Ordinal) && value.Errors.Count == 0)
            {
                value.Errors.Add(error.Message);
            }
        }
    }
}
