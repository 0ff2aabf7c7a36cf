namespace Pioneer.Jobs.Isolation;

/// <summary>Knows where the portal answers, for a check that tries it as a program of a tenant would.</summary>
public interface IPortalDoor
{
    /// <summary>The address that its API is under; null where this process does not know it.</summary>
    Uri? Address { get; }
}

/// <summary>In a process that is no portal: the address that people use, where it is configured.</summary>
internal sealed class ConfiguredPortalDoor(IConfiguration configuration) : IPortalDoor
{
    public Uri? Address => Uri.TryCreate(configuration["Portal:Url"], UriKind.Absolute, out var url) ? url : null;
}
