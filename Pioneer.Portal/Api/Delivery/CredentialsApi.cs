using Microsoft.Extensions.Options;
using Pioneer.Domain;
using Pioneer.Domain.Delivery;
using Pioneer.Jobs.Kafka;
using Pioneer.Portal.SignIn;

namespace Pioneer.Portal.Api.Delivery;

/// <summary>SCRAM credentials of a tenant. The password is in the answer that makes it, and nowhere else.</summary>
internal static class CredentialsApi
{
    public static void MapCredentials(this RouteGroupBuilder api)
    {
        api.MapGet("/tenants/{slug}/credentials",
            async (string slug, [AsParameters] PageQuery page, CredentialQueries credentials, CurrentActor current, HttpContext http, CancellationToken ct) =>
                page.Answer(http, await credentials.ListAsync(current.Actor, slug, page.Window, ct)))
            .Answers<CredentialRow[]>("Lists credentials, newest first; there is no password in it.");

        api.MapPost("/tenants/{slug}/credentials",
            async (string slug, CredentialBody? body, ManageCredentials credentials, IOptions<KafkaOptions> kafka, CurrentActor current, CancellationToken ct) =>
                Issued(slug, await credentials.IssueAsync(current.Actor, slug, body?.Name, body?.ExpiresAt, ct), kafka.Value))
            .Creates<IssuedCredentialBody>("Issues a credential; its password is in this answer only.");

        api.MapPost("/tenants/{slug}/credentials/{id}:rotate",
            async (string slug, CredentialId id, ManageCredentials credentials, IOptions<KafkaOptions> kafka, CurrentActor current, CancellationToken ct) =>
                Issued(slug, await credentials.RotateAsync(current.Actor, slug, id, ct), kafka.Value))
            .Creates<IssuedCredentialBody>("Issues a successor; the old credential goes on until it is revoked.");

        api.MapDelete("/tenants/{slug}/credentials/{id}",
            async (string slug, CredentialId id, ManageCredentials credentials, CurrentActor current, CancellationToken ct) =>
                (await credentials.RevokeAsync(current.Actor, slug, id, ct)).ToAccepted()).Starts("Revokes a credential.");
    }

    private static IResult Issued(string slug, Result<IssuedCredential> issued, KafkaOptions kafka) => issued.ToAnswer(credential => Results.Created(
        $"{ApiEndpoints.Root}/tenants/{slug}/credentials/{credential.Id}",
        new IssuedCredentialBody(
            credential.Id, credential.Principal, credential.Password, credential.Mechanism, kafka.BootstrapForTenants, credential.Operation)));
}

/// <summary>A new credential; the only answer that holds its password.</summary>
internal sealed record IssuedCredentialBody(
    CredentialId Id, string Principal, string Password, string Mechanism, string BootstrapServers, OperationId OperationId);

/// <summary>Body of <c>POST .../credentials</c>.</summary>
internal sealed record CredentialBody(string? Name, DateTimeOffset? ExpiresAt);
