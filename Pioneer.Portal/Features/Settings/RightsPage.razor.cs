using Microsoft.AspNetCore.Components;
using Pioneer.Domain;
using Pioneer.Domain.Isolation;
using Pioneer.Domain.Provisioning;
using Pioneer.Jobs.Isolation;
using Pioneer.Portal.Live;
using Pioneer.Portal.Shell;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Features.Settings;

/// <summary>A question about rights in the address, and the answer by the rules of this moment.</summary>
public sealed partial class RightsPage
{
    private const string Everybody = "User:*";

    private static readonly AclOperation[] Operations = [.. Enum.GetValues<AclOperation>().Except([AclOperation.All])];

    // the question as it is being typed
    private string? _who;
    private AclOperation _operation;
    private AclResourceType _type;
    private string? _name;
    private string? _from;

    private RightsDecision? _decision;
    private RightsHolders? _holders;
    private Error? _error;

    [SupplyParameterFromQuery(Name = "who")]
    private string? Who { get; set; }

    [SupplyParameterFromQuery(Name = "op")]
    private string? OperationText { get; set; }

    [SupplyParameterFromQuery(Name = "on")]
    private string? TypeText { get; set; }

    [SupplyParameterFromQuery(Name = "name")]
    private string? Name { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required RightsQuery Rights { get; set; }

    [Inject]
    public required CurrentActor Me { get; set; }

    protected override LiveTopic Topics => LiveTopic.None;

    protected override async Task LoadAsync(CancellationToken cancellationToken)
    {
        (_who, _name, _from) = (Who, Name, From);
        _operation = Enum.TryParse<AclOperation>(OperationText, out var operation) && Operations.Contains(operation) ? operation : AclOperation.Read;
        _type = Enum.TryParse<AclResourceType>(TypeText, out var type) && Enum.IsDefined(type) ? type : AclResourceType.Topic;
        (_decision, _holders, _error) = (null, null, null);
        if (OperationText is null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(Who))
        {
            var holders = await Rights.HoldersAsync(Me.Actor, _operation, _type, Name, cancellationToken);
            (_holders, _error) = (holders.IsSuccess ? holders.Value : null, holders.Error);
            return;
        }

        var decision = await Rights.DecideAsync(Me.Actor, Who, _operation, _type, Name, From, cancellationToken);
        (_decision, _error) = (decision.IsSuccess ? decision.Value : null, decision.Error);
    }

    private async Task AskAsync()
    {
        var address = Navigation.ToAbsoluteUri(
            PortalUrls.With(PortalUrls.Rights, ("who", _who?.Trim()), ("op", _operation), ("on", _type), ("name", _name?.Trim()), ("from", _from?.Trim()))).AbsoluteUri;
        if (address == Navigation.Uri)
        {
            await ReloadAsync();
        }
        else
        {
            Navigation.NavigateTo(address);
        }
    }

    private static string TypeWord(AclResourceType type) => type switch
    {
        AclResourceType.TransactionalId => "transactional id",
        _ => type.ToString().ToLowerInvariant(),
    };

    private static string Why(RightsDecision decision) => decision.Reason switch
    {
        AccessReason.SuperUser => "It is a super user of the brokers.",
        AccessReason.Denied => "A rule denies it, whatever others allow:",
        AccessReason.Allowed => decision.Rules.Length == 1 ? "One rule allows it, and none denies it:" : "Each of these rules allows it, and none denies it:",
        AccessReason.NoRules => "No rule covers it, and the brokers let everybody do everything then.",
        _ => "No rule allows it.",
    };

    private static string Place(RightHolder holder) => holder switch
    {
        { Hosts.IsEmpty: false } => string.Join(", ", holder.Hosts),
        { NotFrom.IsEmpty: false } => $"anywhere but {string.Join(", ", holder.NotFrom)}",
        _ => "anywhere",
    };
}
